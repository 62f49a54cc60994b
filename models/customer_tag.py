from tortoise import fields

from models.base import PartnerRow


class CustomerTag(PartnerRow):
    """A tag on a customer."""

    customer_id = fields.BigIntField()
    tag_id = fields.BigIntField()

    class Meta:
        table = "customer_tags"
        unique_together = (("partner_id", "customer_id", "tag_id"),)
        indexes = (("partner_id", "tag_id"),)
