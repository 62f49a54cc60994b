from tortoise import fields
from tortoise.models import Model

from models.fields import CTextField


class LicenseChange(Model):
    """Derived: by how much a partner's licenses in force changed on a day; the running sum is their state.

    Kept and rebuilt by `kpis.derived` alone; the key in the database is (partner_id, product, date).
    """

    partner_id = fields.BigIntField(primary_key=True, generated=False)
    product = CTextField()
    date = fields.DateField()
    total = fields.BigIntField()
    assigned = fields.BigIntField()
    used = fields.BigIntField()

    class Meta:
        table = "license_changes"
