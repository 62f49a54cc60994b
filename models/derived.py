"""License states: derived from the source rows by one statement, so that what is kept and what is rebuilt can only be
the same. What else is derived of lines is made of them, in `kpis.derived`.
"""

from collections.abc import Sequence

from models.statement import Connection

_COLUMNS = (
    "customer_id",
    "entitlement_id",
    "external_id",
    "is_trial",
    "active",
    "auto_renew",
    "added_on",
    "start_date",
    "end_date",
    "product",
    "total",
    "snapshot_on",
    "assigned",
    "used",
    "used_last_90_days",
)

_LICENSE_STATES = f"""
INSERT INTO license_states AS kept (partner_id, license_id, {", ".join(_COLUMNS)})
SELECT l.partner_id, l.id,
       coalesce(s.customer_id, t.customer_id), coalesce(s.id, t.id), coalesce(s.external_id, t.external_id),
       l.trial_id IS NOT NULL,
       coalesce(s.status, t.status) = 'ACTIVE',
       coalesce(s.auto_renew, false),
       coalesce(s.added_on, t.added_on),
       coalesce(s.start_date, t.start_date),
       coalesce(s.end_date, t.end_date),
       l.product, l.quantity,
       u.date, coalesce(u.assigned, 0), coalesce(u.used, 0), coalesce(u.used_last_90_days, 0)
FROM licenses l
LEFT JOIN subscriptions s ON s.partner_id = l.partner_id AND s.id = l.subscription_id
LEFT JOIN trials t ON t.partner_id = l.partner_id AND t.id = l.trial_id
LEFT JOIN LATERAL (
    SELECT * FROM license_usage u
    WHERE u.partner_id = l.partner_id AND u.license_id = l.id
    ORDER BY u.date DESC LIMIT 1
) u ON true
WHERE l.partner_id = $1 AND ($2::bigint[] IS NULL OR l.id IN (SELECT unnest($2::bigint[])))
ORDER BY 3, 2
ON CONFLICT (partner_id, license_id) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in _COLUMNS)}
WHERE ({", ".join(f"kept.{c}" for c in _COLUMNS)})
    IS DISTINCT FROM ({", ".join(f"excluded.{c}" for c in _COLUMNS)})
"""


async def refresh_license_states(
    connection: Connection, partner_id: int, license_ids: Sequence[int] | None
) -> None:
    """Bring the license states of these lines (None: of all) up to date, inside the caller's transaction."""
    await connection.execute(_LICENSE_STATES, partner_id, license_ids)


async def rebuild_license_states(connection: Connection, partner_id: int) -> None:
    """Compute every license state of the partner anew, inside the caller's transaction."""
    await connection.execute("DELETE FROM license_states WHERE partner_id = $1", partner_id)
    await refresh_license_states(connection, partner_id, None)
