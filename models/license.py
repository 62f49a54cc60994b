from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import PartnerRow
from models.enums import Product
from models.fields import CTextField, one_of


class License(PartnerRow):
    """A license line: one product on one subscription or trial, with a quantity."""

    subscription_id = fields.BigIntField(null=True)
    trial_id = fields.BigIntField(null=True)
    product = CTextField()
    quantity = fields.IntField()

    class Meta:
        table = "licenses"
        unique_together = (
            ("partner_id", "subscription_id", "product"),
            ("partner_id", "trial_id", "product"),
        )
        constraints = (
            one_of("product", Product),
            CheckConstraint(check="quantity >= 0", name="quantity_not_negative"),
            CheckConstraint(
                check="num_nonnulls(subscription_id, trial_id) = 1", name="subscription_or_trial"
            ),
        )
