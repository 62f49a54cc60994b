"""Used and available licenses of customers' positions, filled from the lines.

Nothing about a position changes from `valid_from` to `valid_to`, so it is computed for the first of these days.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

FILL = """
UPDATE customer_positions p SET used = line.used, available = line.available
FROM (
    SELECT k.partner_id, k.product, k.customer_id,
           sum(CASE WHEN ls.snapshot_on <= k.valid_from THEN ls.used ELSE coalesce(u.used, 0) END) AS used,
           sum(greatest(ls.total - CASE WHEN ls.snapshot_on <= k.valid_from THEN ls.assigned
               ELSE coalesce(u.assigned, 0) END, 0)) AS available
    FROM customer_positions k
    JOIN license_states ls ON ls.partner_id = k.partner_id AND ls.customer_id = k.customer_id
        AND (ls.product = k.product OR k.product = 'ALL' AND ls.product IN ('MEETINGS', 'CALLING'))
        AND ls.active AND k.valid_from BETWEEN ls.start_date AND ls.end_date
    LEFT JOIN LATERAL (
        SELECT u.assigned, u.used FROM license_usage u
        WHERE ls.snapshot_on > k.valid_from AND u.partner_id = ls.partner_id AND u.license_id = ls.license_id
            AND u.date <= k.valid_from
        ORDER BY u.date DESC LIMIT 1
    ) u ON true
    GROUP BY k.partner_id, k.product, k.customer_id
) line
WHERE p.partner_id = line.partner_id AND p.product = line.product AND p.customer_id = line.customer_id
"""


class Added(ops.AddField):
    """A field whose column SQL has added."""

    async def database_forward(self, *_args: Any, **_named: Any) -> None:
        return None


class Migration(migrations.Migration):
    dependencies = [("models", "0008_what_is_kept")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "ALTER TABLE customer_positions ADD COLUMN used BIGINT NOT NULL DEFAULT 0,"
                " ADD COLUMN available BIGINT NOT NULL DEFAULT 0",
                FILL,
                "ALTER TABLE customer_positions ALTER COLUMN used DROP DEFAULT, ALTER COLUMN available DROP DEFAULT",
            ]
        ),
        Added("CustomerPosition", "used", fields.BigIntField()),
        Added("CustomerPosition", "available", fields.BigIntField()),
    ]
