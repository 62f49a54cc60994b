"""The partitions of `calls`: one for each week, made when its first record comes, dropped when nobody keeps it.

They are attached to the table, not made as parts of it: that lets imports of other partners go on.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

WEEK = timedelta(weeks=1)
COUNTED = "partner_id, external_id, week, customer_id"
"""The columns by which records are looked for: statistics of the others would serve nobody."""


class Connection(Protocol):
    """What these statements need of asyncpg's connection."""

    async def execute(self, query: str, *args: Any) -> str: ...

    async def fetch(self, query: str, *args: Any) -> list[Any]: ...


def week_of(day: date) -> date:
    """The Sunday that begins the week of the day."""
    return day - timedelta(days=day.isoweekday() % 7)


def partition(week: date) -> str:
    return f"calls_{week.isoformat().replace('-', '_')}"


async def weeks_kept(connection: Connection) -> list[date]:
    """The weeks that have a partition, oldest first."""
    rows = await connection.fetch(
        "SELECT to_date(right(c.relname, 10), 'YYYY_MM_DD') AS week"
        " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'calls'::regclass ORDER BY 1"
    )
    return [row["week"] for row in rows]


async def missing_weeks(connection: Connection, weeks: Iterable[date]) -> list[date]:
    """Those of the weeks that have no partition; nobody else makes one until the caller's transaction ends."""
    wanted = set(weeks)
    if wanted <= set(await weeks_kept(connection)):
        return []
    await connection.execute("LOCK TABLE calls IN SHARE UPDATE EXCLUSIVE MODE")  # two at once take turns
    return sorted(wanted - set(await weeks_kept(connection)))


async def make_weeks(connection: Connection, weeks: Sequence[date], insert: str) -> int:
    """Make the partitions of these weeks; `insert` puts their first records into `{table}`. Returns how many.

    Their keys are made once the records are in: sorting keys is cheaper than sorting records or growing an index.
    """
    bounds = {partition(week): f"FOR VALUES FROM ('{week}') TO ('{week + WEEK}')" for week in weeks}
    await connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    await connection.execute("CREATE TABLE calls_arriving (LIKE calls) PARTITION BY RANGE (week)")
    for name, bound in bounds.items():
        await connection.execute(
            f"CREATE TABLE {name} (LIKE calls INCLUDING CONSTRAINTS);"
            f"ALTER TABLE calls_arriving ATTACH PARTITION {name} {bound}"
        )
    status = await connection.execute(insert.format(table="calls_arriving"))
    for name, bound in bounds.items():
        await connection.execute(
            f"ALTER TABLE calls_arriving DETACH PARTITION {name};"
            f"ALTER TABLE {name} ADD PRIMARY KEY (partner_id, external_id, week);"
            f"ANALYZE {name} ({COUNTED});"
            f"ALTER TABLE calls ATTACH PARTITION {name} {bound}"
        )
    await connection.execute("DROP TABLE calls_arriving")
    return int(status.rpartition(" ")[2])


async def drop_weeks(connection: Connection, months: int) -> list[date]:
    """Drop the partitions of the weeks that ended more than so many months ago, in the caller's transaction."""
    rows = await connection.fetch(
        "SELECT ((now() AT TIME ZONE 'UTC') - make_interval(months => $1))::date AS day", months
    )
    old = [week for week in await weeks_kept(connection) if week + WEEK <= rows[0]["day"]]
    for week in old:
        await connection.execute(f"DROP TABLE {partition(week)}")
    return old
