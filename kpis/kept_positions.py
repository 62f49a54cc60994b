"""Keeping what is derived of customers beside the lines that it is made of: their positions, their peers' medians,
and their licensed users by week."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg

from kpis.covered_weeks import KEPT_WEEKS, REFRESH
from kpis.peers import medians
from kpis.positions import COLUMNS, PRODUCTS, to_keep
from models.statement import bind

_NAMES = f"product, customer_id, {', '.join(COLUMNS)}, valid_from, valid_to"
_FIND = """
INSERT INTO changing_customers AS known SELECT ls.customer_id, min(c.since) FROM license_states ls
JOIN changing_lines c ON c.id = ls.license_id WHERE ls.partner_id = :partner GROUP BY ls.customer_id
ON CONFLICT (id) DO UPDATE SET since = least(known.since, excluded.since)
"""
_FIND_STALE = """
INSERT INTO changing_customers SELECT DISTINCT customer_id, 'infinity'::date FROM customer_positions
WHERE partner_id = :partner AND NOT (:as_of::date BETWEEN valid_from AND valid_to) ON CONFLICT DO NOTHING
"""
_FIND_ALL = """
INSERT INTO changing_customers
SELECT DISTINCT customer_id, '-infinity'::date FROM license_states WHERE partner_id = :partner
"""
_TAKE_OUT = """
DELETE FROM customer_positions WHERE partner_id = :partner AND customer_id IN (SELECT id FROM changing_customers)
"""
_PUT_IN = f"""
INSERT INTO customer_positions (partner_id, {_NAMES})
SELECT :partner, {_NAMES} FROM ({to_keep("SELECT id FROM changing_customers")}) position
ORDER BY product, customer_id
"""
_FORGET_MEDIANS = "DELETE FROM peer_medians WHERE partner_id = :partner"
_EITHER = "IN (" + ", ".join(f"'{product}'" for product in PRODUCTS) + ")"
_MEDIANS = f"""
INSERT INTO peer_medians (partner_id, as_of, size_bands, product, band, peers, median)
SELECT :partner, :as_of, :size_bands, product, band, peers, median
FROM ({medians(_EITHER)}) median
"""


class ChangingCustomers:
    """The customers whose lines change in this transaction."""

    def __init__(self, connection: asyncpg.Connection, partner_id: int, size_bands: Sequence[int]) -> None:
        self._connection = connection
        self._values: dict[str, Any] = {
            "partner": partner_id,
            "as_of": datetime.now(UTC).date(),
            "size_bands": list(size_bands),
        }

    async def begin(self) -> None:
        await self._connection.execute(
            "CREATE TEMP TABLE changing_customers (id bigint PRIMARY KEY, since date NOT NULL) ON COMMIT DROP"
        )

    async def find(self) -> None:
        """Whose lines they are now: to be asked before and after they change hands."""
        await self._run(_FIND)

    async def find_all(self) -> None:
        await self._run(_FIND_ALL)

    async def finish(self) -> None:
        """Bring the positions of these customers up to date, and those that time has overtaken; and their weeks."""
        await self._run(_FIND_STALE)
        await self._connection.execute("ANALYZE changing_customers")
        for sql in (_TAKE_OUT, _PUT_IN, _FORGET_MEDIANS, _MEDIANS):
            await self._run(sql)
        text, arguments = bind(KEPT_WEEKS, self._values)
        if weeks := [row["week"] for row in await self._connection.fetch(text, *arguments)]:
            for sql in REFRESH:
                await self._run(sql, weeks=weeks)
        await self._connection.execute("DROP TABLE changing_customers")

    async def _run(self, sql: str, **values: Any) -> None:
        text, arguments = bind(sql, self._values | values)
        await self._connection.execute(text, *arguments)
