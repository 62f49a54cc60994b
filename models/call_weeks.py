"""The partitions of `calls`: one for each week, made when its first record comes, dropped when nobody keeps it.

They are attached to the table, not made as parts of it: that lets imports of other partners go on.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from models.statement import Connection

WEEK = timedelta(weeks=1)
COUNTED = "partner_id, external_id, week, customer_id"
"""The columns by which records are looked for: statistics of the others would serve nobody."""


def week_of(day: date) -> date:
    """The Sunday that begins the week of the day."""
    return day - timedelta(days=day.isoweekday() % 7)


def partition(week: date) -> str:
    return f"calls_{week.isoformat().replace('-', '_')}"


def _bounds(week: date) -> str:
    return f"FOR VALUES FROM ('{week}') TO ('{week + WEEK}')"


async def weeks_kept(connection: Connection) -> list[date]:
    """The weeks that have a partition, oldest first."""
    rows = await connection.fetch(
        "SELECT to_date(right(c.relname, 10), 'YYYY_MM_DD') AS week"
        " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'calls'::regclass ORDER BY 1"
    )
    return [row["week"] for row in rows]


async def _missing(connection: Connection, weeks: Iterable[date]) -> set[date]:
    """Those of the weeks that have no partition; nobody else makes one until the caller's transaction ends."""
    await connection.execute("LOCK TABLE calls IN SHARE UPDATE EXCLUSIVE MODE")  # two at once take turns
    return set(weeks) - set(await weeks_kept(connection))


class ArrivingWeeks:
    """The tables of weeks that have no partition yet. Records are copied into the table `name`, which hands each to
    its week's; these become partitions in the end, all in the caller's transaction.

    So records are written once, and the keys made when they are in: sorting keys is cheaper than sorting records or
    growing an index.
    """

    def __init__(self, connection: Connection, partner_id: int) -> None:
        self._connection = connection
        self._partner_id = partner_id
        self.name = f"calls_arriving_{partner_id}"
        self.weeks: set[date] = set()

    async def add(self, weeks: Iterable[date]) -> None:
        """Be ready for records of these weeks."""
        if not self.weeks:
            await self._connection.execute(
                f"CREATE TABLE {self.name} (LIKE calls) PARTITION BY RANGE (week);"
                f"ALTER TABLE {self.name} ALTER partner_id SET DEFAULT {self._partner_id}"
            )
        for week in set(weeks) - self.weeks:
            await self._connection.execute(
                f"CREATE TABLE {self._of(week)} (LIKE calls INCLUDING CONSTRAINTS);"
                f"ALTER TABLE {self.name} ATTACH PARTITION {self._of(week)} {_bounds(week)}"
            )
            self.weeks.add(week)

    async def join(self) -> None:
        """Become partitions of `calls`. What somebody else has made one for by now is put there."""
        if not self.weeks:
            return
        await self._connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for week in sorted(self.weeks):
            name = self._of(week)
            await self._connection.execute(
                f"ALTER TABLE {self.name} DETACH PARTITION {name};"
                f"ALTER TABLE {name} ADD CONSTRAINT {name}_pkey PRIMARY KEY (partner_id, external_id, week);"
                f"ANALYZE {name} ({COUNTED})"
            )
        missing = await _missing(self._connection, self.weeks)
        for week in sorted(self.weeks):
            name = self._of(week)
            if week in missing:
                await self._connection.execute(
                    f"ALTER TABLE {name} RENAME TO {partition(week)};"
                    f"ALTER INDEX {name}_pkey RENAME TO {partition(week)}_pkey;"
                    f"ALTER TABLE calls ATTACH PARTITION {partition(week)} {_bounds(week)}"
                )
            else:
                await self._connection.execute(
                    f"INSERT INTO calls SELECT * FROM {name} ORDER BY external_id; DROP TABLE {name}"
                )
        await self._connection.execute(f"DROP TABLE {self.name}")

    def _of(self, week: date) -> str:
        return f"{self.name}_{week.isoformat().replace('-', '_')}"


async def drop_weeks(connection: Connection, months: int) -> list[date]:
    """Drop the partitions of the weeks that ended more than so many months ago, in the caller's transaction."""
    if not await _old_weeks(connection, months):
        return []
    await connection.execute("LOCK TABLE ONLY calls IN ACCESS EXCLUSIVE MODE")  # as dropping does
    old = await _old_weeks(connection, months)  # those that nobody has dropped meanwhile
    for week in old:
        await connection.execute(f"DROP TABLE {partition(week)}")
    return old


async def _old_weeks(connection: Connection, months: int) -> list[date]:
    rows = await connection.fetch(
        "SELECT ((now() AT TIME ZONE 'UTC') - make_interval(months => $1))::date AS day", months
    )
    return [week for week in await weeks_kept(connection) if week + WEEK <= rows[0]["day"]]
