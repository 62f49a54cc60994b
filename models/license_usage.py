from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model


class LicenseUsage(Model):
    """A snapshot: how many licenses of a line were assigned and used on a day.

    The key in the database is (partner_id, license_id, date). Tortoise knows no keys of several columns, so
    it is told of one of them: read through it, but write only by the import's statements.
    """

    license_id = fields.BigIntField(primary_key=True, generated=False)
    partner_id = fields.BigIntField()
    date = fields.DateField()
    assigned = fields.IntField()
    used = fields.IntField()
    used_last_90_days = fields.IntField()

    class Meta:
        table = "license_usage"
        constraints = (
            CheckConstraint(
                check="assigned >= 0 AND used >= 0 AND used_last_90_days >= 0", name="counts_not_negative"
            ),
        )
