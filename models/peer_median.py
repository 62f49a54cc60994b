from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from models.fields import CTextField


class PeerMedian(Model):
    """Derived: the median assignment rate of a size band's customers on one day.

    Kept and rebuilt by `kpis.derived` alone; the key in the database is (partner_id, product, band).
    """

    partner_id = fields.BigIntField(primary_key=True, generated=False)
    product = CTextField()
    band = fields.IntField()
    as_of = fields.DateField()
    size_bands = ArrayField(element_type="bigint")
    peers = fields.BigIntField()
    median = fields.FloatField()

    class Meta:
        table = "peer_medians"
