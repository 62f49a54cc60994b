"""The temporary table that takes in a table's checked rows, and the SQL that merges it into the table itself.

Each statement names the partner, and staged rows hold ids of this partner alone: rows of others can't be met.
"""

import io
from dataclasses import dataclass

import asyncpg
import polars as pl

from ingest.batch import LINE
from ingest.keys import Keys
from ingest.spec import Table
from kpis.policy import Policy

_IS_NEW = "_is_new"


@dataclass(frozen=True)
class Encoded:
    """Rows as COPY reads them, for a table."""

    table: str
    columns: tuple[str, ...]
    data: bytes
    rows: int


@dataclass(frozen=True)
class Late:
    """A staged row that turns out not to be mergeable beside the others."""

    line: int
    column: str | None
    message: str


def as_csv(rows: pl.DataFrame) -> bytes:
    """CSV for COPY."""
    data = io.BytesIO()
    times = pl.col(pl.Datetime).dt.replace_time_zone(None).cast(pl.String)  # of UTC, as the session's are
    rows.with_columns(times).write_csv(data, include_header=False)
    return data.getvalue()


def count_of(status: str) -> int:
    """The number of rows in a command's answer, such as INSERT 0 5."""
    return int(status.rsplit(" ", 1)[1])


class Stage:
    """One table's staged rows: copied in, weeded out until they are what changes, and merged."""

    def __init__(self, connection: asyncpg.Connection, table: Table, partner_id: int, policy: Policy) -> None:
        self._connection = connection
        self._table = table
        self._theirs = f"t.partner_id = {partner_id}"
        self._partner_id = partner_id
        self._policy = policy
        self.name = f"stage_{table.name}"
        self.rows = 0
        self.keys = Keys(table.key)
        self._columns = (LINE, *table.stored_names)
        self._key_columns = ", ".join(self._key(column) for column in table.key)

    @property
    def known(self) -> str:
        """SELECT of the rows whose keys the table has, once the others are weeded out."""
        return f"SELECT * FROM {self.name} WHERE NOT {_IS_NEW}"

    def _key(self, column: str, row: str = "") -> str:
        name = f"{row}.{column}" if row else column
        return f"coalesce({name}, 0)" if column in self._table.nullable_key else name

    def _same_key(self, a: str, b: str) -> str:
        return " AND ".join(f"{self._key(column, a)} = {self._key(column, b)}" for column in self._table.key)

    def _differ(self, a: str, b: str) -> str:
        """That one of the values differs."""
        if not self._table.values:
            return "false"
        stored = self._table.stored

        def compared(row: str) -> str:
            return ", ".join(
                (stored[column].kind.compared_as if column in stored else "{}").format(f"{row}.{column}")
                for column in self._table.values
            )

        return f"ROW({compared(a)}) IS DISTINCT FROM ROW({compared(b)})"

    async def create(self) -> None:
        names = ", ".join(self._table.stored_names)
        await self._connection.execute(
            f"CREATE TEMP TABLE {self.name} ON COMMIT DROP AS "
            f"SELECT 0::bigint AS {LINE}, true AS {_IS_NEW}, {names} FROM {self._table.name} WITH NO DATA;"
            f"ALTER TABLE {self.name} ALTER {_IS_NEW} SET DEFAULT true"
        )

    def encode(self, rows: pl.DataFrame) -> list[Encoded]:
        """Checked rows as COPY reads them."""
        self.keys.add(rows)
        return [self._encoded(rows)]

    def _encoded(self, rows: pl.DataFrame) -> Encoded:
        return Encoded(self.name, self._columns, as_csv(rows.select(self._columns)), rows.height)

    async def copy(self, parts: list[Encoded]) -> None:
        """Take in encoded rows."""
        for part in parts:
            if part.rows:
                await self._connection.copy_to_table(
                    part.table, source=io.BytesIO(part.data), columns=part.columns, format="csv"
                )
            if part.table == self.name:
                self.rows += part.rows

    async def weed_out(self) -> list[Late]:
        """Leave the rows that change something, one a key; those that can't stay are given back."""
        late = []
        await self._connection.execute(f"ANALYZE {self.name}")
        if not self.keys.differ:
            late += await self._take_out_repeated()
        if await self._partner_has_rows():
            await self._take_out_unchanged()
        return late + await self._take_out_beyond_the_most()

    async def merge(self) -> tuple[int, int]:
        """Bring the rows into the table; how many were inserted and updated."""
        if not self.rows:
            return 0, 0
        inserted = await self._insert()
        updated = await self._update() if inserted < self.rows else 0
        return inserted, updated

    async def _partner_has_rows(self) -> bool:
        there: bool = await self._connection.fetchval(
            f"SELECT EXISTS (SELECT FROM {self._table.name} t WHERE {self._theirs})"
        )
        return there

    async def _take_out_repeated(self) -> list[Late]:
        """Leave the first row of each key. A later one is bad if its values are others."""
        found = await self._connection.fetch(
            f"""
            WITH repeated AS (
                SELECT min({LINE}) AS first_line FROM {self.name} GROUP BY {self._key_columns} HAVING count(*) > 1
            )
            DELETE FROM {self.name} s USING repeated, {self.name} f
            WHERE f.{LINE} = first_line AND {self._same_key("s", "f")} AND s.{LINE} > first_line
            RETURNING s.{LINE} AS line, first_line, {self._differ("s", "f")} AS differs
            """
        )
        self.rows -= len(found)
        return [
            Late(row["line"], None, f"has the key of line {row['first_line']} with different values")
            for row in found
            if row["differs"]
        ]

    async def _take_out_unchanged(self) -> None:
        """Leave what the table does not have, or has otherwise."""
        await self._join_by_probing(await self._are_few())
        changes = f"{self.name}_changes"
        names = ", ".join(f"s.{column}" for column in self._columns)
        status = await self._connection.execute(
            f"""
            CREATE TEMP TABLE {changes} ON COMMIT DROP AS
            SELECT {names}, t.partner_id IS NULL AS {_IS_NEW} FROM {self.name} s
            LEFT JOIN {self._table.name} t ON {self._theirs} AND {self._same_key("t", "s")}
            WHERE t.partner_id IS NULL OR {self._differ("t", "s")}
            """
        )
        await self._join_by_probing(False)
        await self._connection.execute(f"DROP TABLE {self.name}; ANALYZE {changes}")
        self.name = changes
        self.rows = count_of(status)

    async def _take_out_beyond_the_most(self) -> list[Late]:
        """Leave no more new rows of a kind than there may be."""
        if (limit := self._table.at_most) is None:
            return []
        most: int = getattr(self._policy, limit.threshold)
        found = await self._connection.fetch(
            f"""
            WITH there AS (
                SELECT {limit.sharing}, count(*) AS rows FROM {self._table.name} t WHERE {self._theirs} GROUP BY 1
            ), new AS (
                SELECT *, row_number() OVER (PARTITION BY {limit.sharing} ORDER BY {LINE}) AS n
                FROM {self.name} WHERE {_IS_NEW}
            )
            DELETE FROM {self.name} s USING new LEFT JOIN there USING ({limit.sharing})
            WHERE s.{LINE} = new.{LINE} AND new.n + coalesce(there.rows, 0) > {most}
            RETURNING s.{LINE} AS line
            """
        )
        self.rows -= len(found)
        return [Late(row["line"], limit.column, limit.message.format(most)) for row in found]

    async def _insert(self) -> int:
        """In the order of the key, which is the index's."""
        names, order = ", ".join(self._table.stored_names), ", ".join(self._table.key)
        status = await self._connection.execute(
            f"INSERT INTO {self._table.name} (partner_id, {names}) SELECT {self._partner_id}, {names}"
            f" FROM {self.name} WHERE {_IS_NEW} ORDER BY {order}"
        )
        return count_of(status)

    async def _update(self) -> int:
        await self._join_by_probing(await self._are_few())
        assigned = ", ".join(f"{column} = s.{column}" for column in self._table.values)
        status = await self._connection.execute(
            f"UPDATE {self._table.name} t SET {assigned} FROM {self.name} s"
            f" WHERE NOT s.{_IS_NEW} AND {self._theirs} AND {self._same_key('t', 's')}"
        )
        await self._join_by_probing(False)
        return count_of(status)

    async def _are_few(self, table: str | None = None) -> bool:
        """Whether looking up each staged row's key, or each of another table, beats reading the whole table."""
        if self._table.nullable_key:
            return False  # no index serves such keys
        few: bool = await self._connection.fetchval(
            "SELECT count(*) * 20 * (SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree($1::regclass))"
            " < sum(pg_relation_size(relid))"
            " FROM pg_partition_tree($2::regclass) WHERE isleaf",  # each partition has an index of its own
            table or self.name,
            self._table.name,
        )
        return few

    async def _join_by_probing(self, on: bool) -> None:
        await self._connection.execute(f"SET LOCAL enable_nestloop = {'on' if on else 'off'}")

    async def drop(self) -> None:
        await self._connection.execute(f"DROP TABLE {self.name}")
