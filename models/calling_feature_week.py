from tortoise import fields
from tortoise.models import Model


class CallingFeatureWeek(Model):
    """Derived: how many of a customer's calls of a week used each feature. Only customers with call queues that
    week have a row: features are measured over them."""

    partner_id = fields.BigIntField(primary_key=True, generated=False)
    customer_id = fields.BigIntField()
    week = fields.DateField()
    call_queue = fields.IntField()
    auto_attendant = fields.IntField()
    hunt_group = fields.IntField()
    call_park = fields.IntField()
    call_pickup = fields.IntField()
    call_forward = fields.IntField()
    call_transfer = fields.IntField()
    voicemail = fields.IntField()
    call_recording = fields.IntField()
    paging_group = fields.IntField()
    single_number_reach = fields.IntField()

    class Meta:
        table = "calling_feature_weeks"
