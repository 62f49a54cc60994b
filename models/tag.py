from tortoise import fields
from tortoise.fields.db_defaults import Now

from models.base import PartnerRow
from models.fields import CTextField


class Tag(PartnerRow):
    """The partner's own label for customers. `name_key` is the name, folded, unique in the partner."""

    name = CTextField()
    name_key = CTextField()
    description = fields.TextField(null=True)
    created_at = fields.DatetimeField(db_default=Now())
    created_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "tags"
        unique_together = (("partner_id", "name_key"),)
