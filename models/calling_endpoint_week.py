from tortoise import fields
from tortoise.models import Model


class CallingEndpointWeek(Model):
    """Derived: the quality of a customer's calls of a week, by endpoint type side by side: a row for each would
    take five times the space. A customer without such calls has no row."""

    partner_id = fields.BigIntField(primary_key=True, generated=False)
    customer_id = fields.BigIntField()
    week = fields.DateField()
    wxc_client_good = fields.IntField()
    wxc_client_poor = fields.IntField()
    wxc_client_unknown = fields.IntField()
    wxc_device_good = fields.IntField()
    wxc_device_poor = fields.IntField()
    wxc_device_unknown = fields.IntField()
    wxc_third_party_good = fields.IntField()
    wxc_third_party_poor = fields.IntField()
    wxc_third_party_unknown = fields.IntField()
    teams_wxc_client_good = fields.IntField()
    teams_wxc_client_poor = fields.IntField()
    teams_wxc_client_unknown = fields.IntField()
    wxc_sip_gw_good = fields.IntField()
    wxc_sip_gw_poor = fields.IntField()
    wxc_sip_gw_unknown = fields.IntField()
    sip_good = fields.IntField()
    sip_poor = fields.IntField()
    sip_unknown = fields.IntField()

    class Meta:
        table = "calling_endpoint_weeks"
