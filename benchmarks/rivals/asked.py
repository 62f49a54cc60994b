"""What a handler is asked, and the rows that it fetches."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import asyncpg

from resolvers.ids import GlobalIds


@dataclass(frozen=True)
class Asked:
    """One request of a viewer who sees every customer of the partner."""

    pool: asyncpg.Pool
    ids: GlobalIds
    partner: int
    arguments: Mapping[str, str]
    launch_url: str

    @property
    def today(self) -> date:
        return datetime.now(UTC).date()

    async def rows(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """The statement's rows, the partner being `$1`."""
        found: list[asyncpg.Record] = await self.pool.fetch(sql, self.partner, *values)
        return found


def by(rows: Iterable[asyncpg.Record], key: str) -> dict[int, list[asyncpg.Record]]:
    """The rows of each parent, in their order."""
    found: dict[int, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found
