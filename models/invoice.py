from tortoise import fields

from models.base import PartnerRow
from models.enums import InvoiceStatus
from models.fields import AmountField, CTextField, one_of


class Invoice(PartnerRow):
    """An invoice of a subscription; `external_id` is the invoice ID."""

    external_id = CTextField()
    subscription_id = fields.BigIntField()
    number = CTextField()
    issued_on = fields.DateField()
    due_on = fields.DateField()
    amount = AmountField()
    currency = fields.TextField()
    status = fields.TextField()
    document_url = fields.TextField(null=True)

    class Meta:
        table = "invoices"
        unique_together = (("partner_id", "external_id"),)
        indexes = (("partner_id", "subscription_id"),)
        constraints = (one_of("status", InvoiceStatus),)
