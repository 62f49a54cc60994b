from tortoise import fields
from tortoise.models import Model


class CallingWeek(Model):
    """Derived: a customer's calls of a week, its users by how much they called, and the quality of its calls.

    The key in the database is (partner_id, week, customer_id), as that of the other roll-ups begins.
    """

    partner_id = fields.BigIntField(primary_key=True, generated=False)
    customer_id = fields.BigIntField()
    seconds = fields.BigIntField()
    week = fields.DateField()
    calls = fields.IntField()
    low_users = fields.IntField()
    medium_users = fields.IntField()
    high_users = fields.IntField()
    good = fields.IntField()
    poor = fields.IntField()
    unknown = fields.IntField()

    class Meta:
        table = "calling_weeks"
