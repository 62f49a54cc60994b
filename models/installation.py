from tortoise import fields
from tortoise.models import Model


class Installation(Model):
    """One row: what belongs to this database as a whole."""

    id = fields.SmallIntField(primary_key=True, generated=False)
    id_key = fields.BinaryField()
    """16 secret bytes under which global IDs are sealed."""

    class Meta:
        table = "installation"
