"""The roll-up behind license trends, filled from the rows that are there."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.fields import CTextField

FILL = """
INSERT INTO license_changes (partner_id, product, date, total, assigned, used)
WITH lines AS (
    SELECT * FROM license_states ls WHERE ls.active AND NOT EXISTS (
        SELECT 1 FROM customers o WHERE o.partner_id = ls.partner_id AND o.is_own_organization AND o.id = ls.customer_id)
), snapshots AS (
    SELECT l.partner_id, l.product, greatest(u.date, l.start_date) AS valid_from,
           least(lead(u.date) OVER (PARTITION BY u.partner_id, u.license_id ORDER BY u.date) - 1, l.end_date) AS valid_to,
           u.assigned, u.used
    FROM lines l JOIN license_usage u ON u.partner_id = l.partner_id AND u.license_id = l.license_id
    WHERE u.date <= l.end_date
)
SELECT partner_id, product, date, sum(total), sum(assigned), sum(used) FROM (
    SELECT partner_id, product, start_date AS date, total, 0 AS assigned, 0 AS used FROM lines
    UNION ALL SELECT partner_id, product, end_date + 1, -total, 0, 0 FROM lines
    UNION ALL SELECT partner_id, product, valid_from, 0, assigned, used FROM snapshots WHERE valid_from <= valid_to
    UNION ALL SELECT partner_id, product, valid_to + 1, 0, -assigned, -used FROM snapshots WHERE valid_from <= valid_to
) change GROUP BY partner_id, product, date
HAVING sum(total) <> 0 OR sum(assigned) <> 0 OR sum(used) <> 0
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0004_changes")]
    initial = False

    operations = [
        ops.CreateModel(
            name="LicenseChange",
            fields=[
                ("partner_id", fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ("product", CTextField(generated=False, null=False, unique=False)),
                ("date", fields.DateField()),
                ("total", fields.BigIntField()),
                ("assigned", fields.BigIntField()),
                ("used", fields.BigIntField()),
            ],
            options={
                "table": "license_changes",
                "app": "models",
                "pk_attr": "partner_id",
                "table_description": "Derived: by how much a partner's licenses in force changed on a day; the running sum is their state.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            [
                "ALTER TABLE license_changes DROP CONSTRAINT license_changes_pkey,"
                " ADD PRIMARY KEY (partner_id, product, date)",
                FILL,
            ]
        ),
        ops.AddIndex(
            model_name="LicenseState", index=Index(fields=["partner_id", "product", "customer_id"])
        ),
        ops.AddField(
            model_name="Partner",
            name="usage_processed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
