from tortoise import fields
from tortoise.models import Model

from models.fields import CTextField


class CustomerPosition(Model):
    """Derived: how a customer stands with its licenses of one product, or of ALL that analytics cover.

    Right on every day from `valid_from` to `valid_to`; for other days it is computed from the lines. Kept and
    rebuilt by `kpis.derived` alone; the key in the database is (partner_id, product, customer_id).
    """

    customer_id = fields.BigIntField(primary_key=True, generated=False)
    partner_id = fields.BigIntField()
    total = fields.BigIntField()
    assigned = fields.BigIntField()
    started_on = fields.DateField()
    expires_on = fields.DateField()
    renews_on = fields.DateField()
    valid_from = fields.DateField()
    valid_to = fields.DateField()
    over_limit = fields.BooleanField()
    product = CTextField()
    used = fields.BigIntField()
    available = fields.BigIntField()

    class Meta:
        table = "customer_positions"
