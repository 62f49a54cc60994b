from tortoise import fields
from tortoise.models import Model


class CallingWeek(Model):
    """Derived: a customer's calls of a week, its users by how much they called, and the quality of its calls.

    In weeks of which the partner has calls, the customers that the week covers have a row even without any.
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
    licensed = fields.IntField(null=True)
    """Licensed users on the week's last day; null when the week does not cover the customer."""

    class Meta:
        table = "calling_weeks"
