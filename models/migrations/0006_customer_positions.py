"""Customers' positions and their peers' medians.

Customers that are there get positions that are right on no day, so that they are computed until the next import
or `partnerhub rebuild` keeps them.
"""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.migrations import operations as ops

from models.fields import CTextField

FILL = """
INSERT INTO customer_positions (partner_id, product, customer_id, total, assigned, started_on, expires_on, renews_on,
                                valid_from, valid_to, over_limit)
SELECT partner_id, coalesce(product, 'ALL'), customer_id, 0, 0, 'infinity', 'infinity', 'infinity',
       'infinity', '-infinity', false
FROM license_states WHERE product IN ('MEETINGS', 'CALLING')
GROUP BY GROUPING SETS ((partner_id, product, customer_id), (partner_id, customer_id))
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0005_license_changes")]
    initial = False

    operations = [
        ops.CreateModel(
            name="CustomerPosition",
            fields=[
                ("customer_id", fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ("partner_id", fields.BigIntField()),
                ("total", fields.BigIntField()),
                ("assigned", fields.BigIntField()),
                ("started_on", fields.DateField()),
                ("expires_on", fields.DateField()),
                ("renews_on", fields.DateField()),
                ("valid_from", fields.DateField()),
                ("valid_to", fields.DateField()),
                ("over_limit", fields.BooleanField()),
                ("product", CTextField(generated=False, null=False, unique=False)),
            ],
            options={
                "table": "customer_positions",
                "app": "models",
                "pk_attr": "customer_id",
                "table_description": "Derived: how a customer stands with its licenses of one product, or of ALL that analytics cover.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PeerMedian",
            fields=[
                ("partner_id", fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ("product", CTextField(generated=False, null=False, unique=False)),
                ("band", fields.IntField()),
                ("as_of", fields.DateField()),
                ("size_bands", ArrayField(element_type="BIGINT")),
                ("peers", fields.BigIntField()),
                ("median", fields.FloatField()),
            ],
            options={
                "table": "peer_medians",
                "app": "models",
                "pk_attr": "partner_id",
                "table_description": "Derived: the median assignment rate of a size band's customers on one day.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            [
                "ALTER TABLE customer_positions DROP CONSTRAINT customer_positions_pkey,"
                " ADD PRIMARY KEY (partner_id, product, customer_id)",
                "ALTER TABLE peer_medians DROP CONSTRAINT peer_medians_pkey,"
                " ADD PRIMARY KEY (partner_id, product, band)",
                "CREATE INDEX customer_positions_valid_from ON customer_positions (partner_id, valid_from)",
                "CREATE INDEX customer_positions_valid_to ON customer_positions (partner_id, valid_to)",
                # Every list looks for the one row that is not in it.
                "CREATE INDEX customers_own_organization ON customers (partner_id, id) WHERE is_own_organization",
                FILL,
            ]
        ),
    ]
