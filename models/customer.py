from tortoise import fields

from models.base import PartnerRow
from models.enums import ManagedBy
from models.fields import CTextField, one_of


class Customer(PartnerRow):
    """An organization that the partner manages; `external_id` is the customer ID of the partner's files."""

    external_id = CTextField()
    name = CTextField()
    search_text = CTextField()
    """Name and customer ID without regard to case, which only one place should fold: see `models.search`."""
    managed_by = fields.TextField()
    country = fields.TextField()
    industry = fields.TextField(null=True)
    created_on = fields.DateField()
    last_admin_sign_in_at = fields.DatetimeField(null=True)
    suspended = fields.BooleanField()
    is_own_organization = fields.BooleanField(default=False, db_default=False)
    created_by_id = fields.BigIntField(null=True)
    """The admin who created it here, who sees it for that; null for imported ones."""

    class Meta:
        table = "customers"
        unique_together = (("partner_id", "external_id"),)
        indexes = (("partner_id", "name", "external_id"),)
        constraints = (one_of("managed_by", ManagedBy),)
