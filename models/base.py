"""What the partner's tables share: the partner leads every key, so a row is only found through its partner.

The primary key in the database is (partner_id, id), and foreign keys are pairs that lead with partner_id; the
first migration makes them so. Tortoise is told of `id` alone, which is why every statement names the partner.
"""

from tortoise import fields
from tortoise.models import Model


class PartnerRow(Model):
    """A row of one partner. `id` counts through the whole installation, and leaves it only sealed."""

    id = fields.BigIntField(primary_key=True)
    partner_id = fields.BigIntField()

    class Meta:
        abstract = True
