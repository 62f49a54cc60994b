from tortoise import fields
from tortoise.models import Model

from models.fields import CTextField


class LicenseState(Model):
    """Derived: each license line with its entitlement and its newest snapshot, side by side.

    Lists and KPIs read whole partners of these, so nothing needs joining. Kept and rebuilt by
    `models.derived` alone; the key in the database is (partner_id, license_id).
    """

    license_id = fields.BigIntField(primary_key=True, generated=False)
    partner_id = fields.BigIntField()
    customer_id = fields.BigIntField()
    is_trial = fields.BooleanField()
    active = fields.BooleanField()
    """The entitlement's state is active, so it is in force between its dates."""
    auto_renew = fields.BooleanField()
    added_on = fields.DateField()
    start_date = fields.DateField()
    end_date = fields.DateField()
    product = CTextField()
    total = fields.IntField()
    snapshot_on = fields.DateField(null=True)
    assigned = fields.IntField()
    used = fields.IntField()
    used_last_90_days = fields.IntField()
    entitlement_id = fields.BigIntField()
    external_id = CTextField()
    """The subscription ID, or the trial ID."""

    class Meta:
        table = "license_states"
        indexes = (("partner_id", "customer_id"), ("partner_id", "product", "customer_id"))
