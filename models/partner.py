from tortoise import fields
from tortoise.models import Model

from models.fields import CTextField


class Partner(Model):
    """A reseller: the tenant that every other row belongs to."""

    id = fields.BigIntField(primary_key=True)
    name = CTextField(unique=True)
    data_version = fields.BigIntField(default=0, db_default=0)
    """Raised by every import and change in its own transaction."""
    usage_processed_at = fields.DatetimeField(null=True)
    """When an import last brought license usage."""

    class Meta:
        table = "partners"
