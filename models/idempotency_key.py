from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import Now

from models.base import PartnerRow
from models.fields import CTextField


class IdempotencyKey(PartnerRow):
    """What an accepted change came to, so that a client that asks again gets the answer and no second change."""

    admin_id = fields.BigIntField()
    key = CTextField()
    path = CTextField()
    """Where in the operation the change stands, for operations of several."""
    fingerprint = fields.TextField()
    """Tells whether the same is asked again."""
    ids = ArrayField(element_type="bigint")
    """The ids of the rows that the change was about."""
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "idempotency_keys"
        unique_together = (("partner_id", "admin_id", "key", "path"),)
        indexes = (("partner_id", "created_at"),)
