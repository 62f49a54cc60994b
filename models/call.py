from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from models.enums import CallDirection, CallOutcome, EndpointType, QueueOutcome
from models.fields import CTextField, one_of, text_array


class Call(Model):
    """A call record; `external_id` is the call ID, `week` the Sunday (UTC) of the week in which it started.

    The table is partitioned by week, and the key in the database is (partner_id, external_id, week). A call ID
    occurs once for a partner all the same: the import moves a call whose week has changed.
    """

    external_id = CTextField(primary_key=True, generated=False)
    partner_id = fields.BigIntField()
    week = fields.DateField()
    customer_id = fields.BigIntField()
    user_id = CTextField()
    started_at = fields.DatetimeField()
    duration_seconds = fields.IntField()
    direction = fields.TextField()
    outcome = fields.TextField()
    endpoint_type = fields.TextField(null=True)
    features = text_array()
    packet_loss_percent = fields.FloatField(null=True)
    latency_ms = fields.FloatField(null=True)
    jitter_ms = fields.FloatField(null=True)
    queue = CTextField(null=True)
    queue_wait_seconds = fields.FloatField(null=True)
    queue_outcome = fields.TextField(null=True)

    class Meta:
        table = "calls"
        constraints = (
            one_of("direction", CallDirection),
            one_of("outcome", CallOutcome),
            one_of("endpoint_type", EndpointType),
            one_of("queue_outcome", QueueOutcome),
            CheckConstraint(check="duration_seconds >= 0", name="duration_not_negative"),
        )
