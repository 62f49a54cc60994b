from tortoise import fields
from tortoise.fields.db_defaults import Now

from models.base import PartnerRow
from models.fields import text_array


class AuditEvent(PartnerRow):
    """An accepted change: who, when, what, on what, before and after. The database refuses to alter one.

    Changes of one partner take turns, so that ids ascend in time.
    """

    at = fields.DatetimeField(db_default=Now())
    actor_id = fields.BigIntField(null=True)
    action = fields.TextField()
    target_type = fields.TextField()
    target_id = fields.BigIntField()
    target_name = fields.TextField()
    """The name at that time: the target may be renamed or gone by now."""
    targets = text_array()
    """Everything that it was on, the target included, each as `Type:id`."""
    before = fields.JSONField[dict[str, object]](null=True)
    after = fields.JSONField[dict[str, object]](null=True)

    class Meta:
        table = "audit_events"
