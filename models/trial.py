from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import PartnerRow
from models.enums import TrialState
from models.fields import CTextField, one_of


class Trial(PartnerRow):
    """What a customer may try for some days; `external_id` is the trial ID."""

    external_id = CTextField()
    customer_id = fields.BigIntField()
    status = fields.TextField()
    added_on = fields.DateField()
    start_date = fields.DateField()
    end_date = fields.DateField()
    started_by_id = fields.BigIntField(null=True)
    converted_to_id = fields.BigIntField(null=True)
    """The subscription that followed it."""

    class Meta:
        table = "trials"
        unique_together = (("partner_id", "external_id"),)
        indexes = (("partner_id", "customer_id"), ("partner_id", "end_date"))
        constraints = (
            one_of("status", TrialState),
            CheckConstraint(check="end_date >= start_date", name="end_not_before_start"),
        )
