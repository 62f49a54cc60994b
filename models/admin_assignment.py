from tortoise import fields

from models.base import PartnerRow


class AdminAssignment(PartnerRow):
    """A customer that a partner admin was given to look after."""

    admin_id = fields.BigIntField()
    customer_id = fields.BigIntField()

    class Meta:
        table = "admin_assignments"
        unique_together = (("partner_id", "admin_id", "customer_id"),)
        indexes = (("partner_id", "customer_id"),)
