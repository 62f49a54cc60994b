"""What is derived from license lines: their states, the partner's changes by day behind trends, and customers'
positions.

They are kept by every import and change in its own transaction, and rebuilt by one command. To keep them, the
lines are named before they change: what these bring to the changes by day is taken out, and put in anew once
they are as they will be.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg

from kpis.distribution import changes
from kpis.kept_positions import ChangingCustomers
from kpis.own_organization import not_own_organization
from models.derived import rebuild_license_states, refresh_license_states
from models.statement import bind

MANY = 1000
"""From so many lines on, all states are compared rather than looked up one by one."""

_ACTIVE = f"ls.partner_id = :partner AND ls.active AND {not_own_organization('ls.customer_id')}"
_CHANGING = (
    f"SELECT ls.*, c.since FROM license_states ls JOIN {{lines}} c ON c.id = ls.license_id WHERE {_ACTIVE}"
)

_NAME = f"""
WITH named AS (
    INSERT INTO changing_lines (id, since) SELECT id, min(since) FROM ({{lines}}) l GROUP BY id
    ON CONFLICT (id) DO NOTHING RETURNING id, since
)
INSERT INTO line_changes (product, date, total, assigned, used)
SELECT product, date, -total, -assigned, -used
FROM ({changes(_CHANGING.format(lines="named"), since=True)}) taken_out
"""
_NAME_NEW = """
INSERT INTO changing_lines (id, since) SELECT DISTINCT id, '-infinity'::date FROM ({lines}) l
ON CONFLICT (id) DO UPDATE SET since = excluded.since
WHERE NOT EXISTS (SELECT FROM license_states ls WHERE ls.partner_id = :partner AND ls.license_id = excluded.id)
"""
_PUT_IN = f"""
INSERT INTO line_changes (product, date, total, assigned, used)
{changes(_CHANGING.format(lines="changing_lines"), since=True)}
"""
_ROLL_UP = """
INSERT INTO license_changes AS kept (partner_id, product, date, total, assigned, used)
SELECT :partner, product, date, sum(total), sum(assigned), sum(used) FROM line_changes
GROUP BY product, date HAVING sum(total) <> 0 OR sum(assigned) <> 0 OR sum(used) <> 0
ON CONFLICT (partner_id, product, date) DO UPDATE SET total = kept.total + excluded.total,
    assigned = kept.assigned + excluded.assigned, used = kept.used + excluded.used
"""
_TIDY = """
DELETE FROM license_changes
WHERE partner_id = :partner AND total = 0 AND assigned = 0 AND used = 0
"""
_REBUILD = f"""
INSERT INTO license_changes (partner_id, product, date, total, assigned, used)
SELECT :partner, product, date, total, assigned, used
FROM ({changes(f"SELECT ls.* FROM license_states ls WHERE {_ACTIVE}")}) change
WHERE total <> 0 OR assigned <> 0 OR used <> 0
"""


class ChangingLines:
    """License lines that change in this transaction. Name them before they do; finish when all have."""

    def __init__(self, connection: asyncpg.Connection, partner_id: int, size_bands: Sequence[int]) -> None:
        self._connection = connection
        self._partner_id = partner_id
        self._customers = ChangingCustomers(connection, partner_id, size_bands)

    async def begin(self) -> None:
        await self._customers.begin()
        await self._connection.execute(
            "CREATE TEMP TABLE changing_lines (id bigint PRIMARY KEY, since date NOT NULL) ON COMMIT DROP"
        )
        await self._connection.execute(
            "CREATE TEMP TABLE line_changes ON COMMIT DROP AS"
            " SELECT product, date, total, assigned, used FROM license_changes WITH NO DATA"
        )

    async def name(self, lines: str) -> None:
        """These lines are about to change. `lines` selects their `id`, and `since` when their usage changes;
        -infinity for everything about them."""
        await self._run(_NAME.format(lines=lines))

    async def name_new(self, lines: str) -> None:
        """Among these lines some have just come into being."""
        await self._run(_NAME_NEW.format(lines=lines))

    async def finish(self) -> None:
        """Bring what is derived of the named lines up to date."""
        await self._connection.execute("ANALYZE changing_lines")
        ids = [row["id"] for row in await self._connection.fetch("SELECT id FROM changing_lines")]
        if ids:
            lines = await self._connection.fetchval(
                "SELECT count(*) FROM licenses WHERE partner_id = $1", self._partner_id
            )
            everything = len(ids) > MANY and len(ids) > lines / 2
            await self._customers.find()
            await refresh_license_states(self._connection, self._partner_id, None if everything else ids)
            await self._run(_PUT_IN)
            await self._run(_ROLL_UP)
            await self._run(_TIDY)
            await self._customers.find()
            await self._customers.finish()
        else:
            await self._connection.execute("DROP TABLE changing_customers")
        await self._connection.execute("DROP TABLE changing_lines, line_changes")

    async def _run(self, sql: str, **values: Any) -> None:
        text, arguments = bind(sql, {"partner": self._partner_id} | values)
        await self._connection.execute(text, *arguments)


async def refresh_derived(
    connection: asyncpg.Connection,
    partner_id: int,
    license_ids: Sequence[int],
    size_bands: Sequence[int],
) -> None:
    """Bring what is derived of these lines up to date, after their entitlements or quantities have changed."""
    lines = ChangingLines(connection, partner_id, size_bands)
    await lines.begin()
    ids = ", ".join(str(int(id)) for id in license_ids) or "NULL"
    # Their states still are what they were, and their usage has not changed: it can be taken out afterwards.
    await lines.name(f"SELECT id, '-infinity'::date AS since FROM unnest(ARRAY[{ids}]::bigint[]) id")
    await lines.finish()


async def rebuild_derived(connection: asyncpg.Connection, partner_id: int, size_bands: Sequence[int]) -> None:
    """Compute every derived row of the partner anew from the source rows, in the caller's transaction."""
    await rebuild_license_states(connection, partner_id)
    for table in ("license_changes", "customer_positions", "peer_medians"):
        await connection.execute(f"DELETE FROM {table} WHERE partner_id = $1", partner_id)
    text, arguments = bind(_REBUILD, {"partner": partner_id})
    await connection.execute(text, *arguments)
    customers = ChangingCustomers(connection, partner_id, size_bands)
    await customers.begin()
    await customers.find_all()
    await customers.finish()
