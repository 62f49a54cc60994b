"""More of what is kept: the entitlement of license states, and the licensed users of calling weeks.

Both are filled from the rows that are there, for all partners.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.fields import CTextField

ENTITLEMENTS = [
    'ALTER TABLE license_states ADD COLUMN entitlement_id BIGINT, ADD COLUMN external_id TEXT COLLATE "C"',
    """
    UPDATE license_states ls
    SET entitlement_id = coalesce(s.id, t.id), external_id = coalesce(s.external_id, t.external_id)
    FROM licenses l
    LEFT JOIN subscriptions s ON s.partner_id = l.partner_id AND s.id = l.subscription_id
    LEFT JOIN trials t ON t.partner_id = l.partner_id AND t.id = l.trial_id
    WHERE l.partner_id = ls.partner_id AND l.id = ls.license_id
    """,
    "ALTER TABLE license_states ALTER COLUMN entitlement_id SET NOT NULL, ALTER COLUMN external_id SET NOT NULL",
]
LICENSED = """
INSERT INTO calling_weeks AS kept (partner_id, week, customer_id, calls, seconds, low_users, medium_users, high_users,
                                   good, poor, unknown, licensed)
SELECT ls.partner_id, w.week, ls.customer_id, 0, 0, 0, 0, 0, 0, 0, 0, sum(
    CASE WHEN ls.snapshot_on IS NULL THEN 0 WHEN ls.snapshot_on <= w.week + 6 THEN ls.assigned ELSE coalesce((
        SELECT u.assigned FROM license_usage u
        WHERE u.partner_id = ls.partner_id AND u.license_id = ls.license_id AND u.date <= w.week + 6
        ORDER BY u.date DESC LIMIT 1), 0) END)
FROM (SELECT DISTINCT partner_id, week FROM calling_weeks) w
JOIN license_states ls ON ls.partner_id = w.partner_id AND ls.product = 'CALLING' AND ls.active
    AND w.week + 6 BETWEEN ls.start_date AND ls.end_date
GROUP BY ls.partner_id, w.week, ls.customer_id
ORDER BY ls.partner_id, w.week, ls.customer_id
ON CONFLICT (partner_id, week, customer_id) DO UPDATE SET licensed = excluded.licensed
"""


class Added(ops.AddField):
    """A field whose column SQL has added."""

    async def database_forward(self, *_args: Any, **_named: Any) -> None:
        return None


class Migration(migrations.Migration):
    dependencies = [("models", "0007_calling_weeks")]
    initial = False

    operations = [
        ops.RunSQL(ENTITLEMENTS),
        Added("LicenseState", "entitlement_id", fields.BigIntField()),
        Added("LicenseState", "external_id", CTextField(generated=False, null=False, unique=False)),
        ops.AddField("CallingWeek", "licensed", fields.IntField(null=True)),
        ops.RunSQL([LICENSED]),
    ]
