from tortoise import fields
from tortoise.models import Model

from models.fields import CTextField


class CallingQueueWeek(Model):
    """Derived: what became of a queue's calls in a week, and how long they waited where that is known."""

    partner_id = fields.BigIntField(primary_key=True, generated=False)
    customer_id = fields.BigIntField()
    answer_seconds = fields.FloatField()
    """Waits of the calls that an agent answered or that moved on to another queue, added up."""
    abandon_seconds = fields.FloatField()
    """Waits of the calls that were abandoned, added up."""
    week = fields.DateField()
    calls = fields.IntField()
    answered = fields.IntField()
    overflowed = fields.IntField()
    abandoned = fields.IntField()
    answer_waits = fields.IntField()
    """How many waits `answer_seconds` adds up."""
    abandon_waits = fields.IntField()
    queue = CTextField()

    class Meta:
        table = "calling_queue_weeks"
