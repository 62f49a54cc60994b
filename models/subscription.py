from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import PartnerRow
from models.enums import SubscriptionState
from models.fields import CTextField, one_of


class Subscription(PartnerRow):
    """What a customer bought for a term; `external_id` is the subscription ID."""

    external_id = CTextField()
    search_text = CTextField()
    """The subscription ID, folded: see `models.search`."""
    customer_id = fields.BigIntField()
    status = fields.TextField()
    added_on = fields.DateField()
    start_date = fields.DateField()
    end_date = fields.DateField()
    auto_renew = fields.BooleanField()

    class Meta:
        table = "subscriptions"
        unique_together = (("partner_id", "external_id"),)
        indexes = (("partner_id", "customer_id"), ("partner_id", "end_date"))
        constraints = (
            one_of("status", SubscriptionState),
            CheckConstraint(check="end_date >= start_date", name="end_not_before_start"),
        )
