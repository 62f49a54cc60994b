from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import PartnerRow
from models.enums import OrderType, Product
from models.fields import AmountField, CTextField, one_of


class Order(PartnerRow):
    """An order on a subscription; `external_id` is the order ID."""

    external_id = CTextField()
    subscription_id = fields.BigIntField()
    ordered_on = fields.DateField()
    type = fields.TextField()
    product = fields.TextField()
    quantity = fields.IntField()
    amount = AmountField()
    currency = fields.TextField()

    class Meta:
        table = "orders"
        unique_together = (("partner_id", "external_id"),)
        indexes = (("partner_id", "subscription_id"),)
        constraints = (
            one_of("type", OrderType),
            one_of("product", Product),
            CheckConstraint(check="quantity >= 0", name="quantity_not_negative"),
        )
