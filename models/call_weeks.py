"""The partitions of `calls`: one for each week, made when its first record comes, dropped when nobody keeps it.

They are attached to the table, not made as parts of it: that lets imports of other partners go on.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Protocol

WEEK = timedelta(weeks=1)


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


async def keep_weeks(connection: Connection, weeks: Iterable[date]) -> None:
    """Make the partitions that are missing, inside the caller's transaction."""
    wanted = set(weeks)
    if wanted <= set(await weeks_kept(connection)):
        return
    await connection.execute("LOCK TABLE calls IN SHARE UPDATE EXCLUSIVE MODE")  # two at once take turns
    for week in sorted(wanted - set(await weeks_kept(connection))):
        name = partition(week)
        await connection.execute(f"CREATE TABLE {name} (LIKE calls INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        await connection.execute(
            f"ALTER TABLE calls ATTACH PARTITION {name} FOR VALUES FROM ('{week}') TO ('{week + WEEK}')"
        )


async def drop_weeks(connection: Connection, months: int) -> list[date]:
    """Drop the partitions of the weeks that ended more than so many months ago, in the caller's transaction."""
    rows = await connection.fetch(
        "SELECT ((now() AT TIME ZONE 'UTC') - make_interval(months => $1))::date AS day", months
    )
    old = [week for week in await weeks_kept(connection) if week + WEEK <= rows[0]["day"]]
    for week in old:
        await connection.execute(f"DROP TABLE {partition(week)}")
    return old
