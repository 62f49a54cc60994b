"""The temporary table that takes in a table's checked rows, and the SQL that merges it into the table itself.

Each statement names the partner, and staged rows hold ids of this partner alone: rows of others can't be met.
"""

import io
from dataclasses import dataclass

import asyncpg
import polars as pl

from ingest.batch import LINE
from ingest.spec import Table


@dataclass(frozen=True)
class Late:
    """A staged row that turns out not to be mergeable beside the others."""

    line: int
    column: str | None
    message: str


@dataclass(frozen=True)
class Merged:
    inserted: int
    updated: int
    rejected: list[Late]


def _count(status: str) -> int:
    """The number of rows in a command's answer, such as INSERT 0 5."""
    return int(status.rsplit(" ", 1)[1])


class Stage:
    """One table's staged rows."""

    def __init__(self, connection: asyncpg.Connection, table: Table, partner_id: int) -> None:
        self._connection = connection
        self._table = table
        self._partner_id = partner_id
        self._rows = 0
        self.name = f"stage_{table.name}"
        self._columns = (LINE, *table.stored_names)
        self._key_columns = ", ".join(self._key(column) for column in table.key)
        self._once = f"""(
            SELECT DISTINCT ON ({self._key_columns}) * FROM {self.name} ORDER BY {self._key_columns}, {LINE}
        )"""
        """The first row of each key, in the order of the key, which is the index's."""

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
            f"SELECT 0::bigint AS {LINE}, {names} FROM {self._table.name} WITH NO DATA"
        )

    def encode(self, rows: pl.DataFrame) -> bytes:
        """Checked rows as COPY reads them."""
        data = io.BytesIO()
        rows.select(self._columns).write_csv(
            data, include_header=False, datetime_format="%Y-%m-%dT%H:%M:%S%.6f%:z"
        )
        return data.getvalue()

    async def copy(self, data: bytes, rows: int) -> None:
        """Take in encoded rows."""
        if rows:
            source = io.BytesIO(data)
            await self._connection.copy_to_table(
                self.name, source=source, columns=self._columns, format="csv"
            )
            self._rows += rows

    async def analyze(self) -> None:
        """Once all rows are in: what follows is planned for their number."""
        await self._connection.execute(f"ANALYZE {self.name}")

    async def merge(self) -> Merged:
        """Bring the rows into the table."""
        await self._join_by_probing(await self._are_few())
        late = await self._beyond_the_most()
        inserted = await self._insert()
        updated = 0
        if inserted < self._rows:  # some were there before, or are there twice in the file
            late += await self._repeated()
            updated = await self._update()
        await self._join_by_probing(False)
        return Merged(inserted, updated, late)

    async def _are_few(self) -> bool:
        """Whether looking each row's key up in the table's index beats reading the table."""
        if self._table.nullable_key:
            return False  # no index serves such keys
        few: bool = await self._connection.fetchval(
            "SELECT pg_relation_size($1::regclass) * 20 < pg_relation_size($2::regclass)",
            self.name,
            self._table.name,
        )
        return few

    async def _join_by_probing(self, on: bool) -> None:
        await self._connection.execute(f"SET LOCAL enable_nestloop = {'on' if on else 'off'}")

    def _new(self) -> str:
        """The rows whose key the table does not have."""
        return (
            f"SELECT * FROM {self._once} s WHERE NOT EXISTS ("
            f"SELECT FROM {self._table.name} t WHERE t.partner_id = $1 AND {self._same_key('t', 's')})"
        )

    async def _insert(self) -> int:
        names = ", ".join(self._table.stored_names)
        statement = (
            f"INSERT INTO {self._table.name} (partner_id, {names}) SELECT $1, {names} FROM ({self._new()}) s"
        )
        return _count(await self._connection.execute(statement, self._partner_id))

    async def _update(self) -> int:
        if not self._table.values:
            return 0
        assigned = ", ".join(f"{column} = s.{column}" for column in self._table.values)
        status = await self._connection.execute(
            f"""
            UPDATE {self._table.name} t SET {assigned} FROM {self._once} s
            WHERE t.partner_id = $1 AND {self._same_key("t", "s")} AND {self._differ("t", "s")}
            """,
            self._partner_id,
        )
        return _count(status)

    async def _repeated(self) -> list[Late]:
        """Rows whose key stands further up in the file with other values."""
        found = await self._connection.fetch(
            f"""
            WITH repeated AS (
                SELECT min({LINE}) AS first_line FROM {self.name} GROUP BY {self._key_columns} HAVING count(*) > 1
            )
            SELECT s.{LINE} AS line, first_line FROM repeated
            JOIN {self.name} f ON f.{LINE} = first_line
            JOIN {self.name} s ON {self._same_key("s", "f")}
            WHERE s.{LINE} > first_line AND {self._differ("s", "f")} ORDER BY 1
            """
        )
        return [
            Late(row["line"], None, f"has the key of line {row['first_line']} with different values")
            for row in found
        ]

    async def _beyond_the_most(self) -> list[Late]:
        """Take out the rows that would be too many of a kind."""
        if (limit := self._table.at_most) is None:
            return []
        found = await self._connection.fetch(
            f"""
            WITH there AS (
                SELECT {limit.sharing}, count(*) AS rows FROM {self._table.name} WHERE partner_id = $1 GROUP BY 1
            ), new AS (
                SELECT *, row_number() OVER (PARTITION BY {limit.sharing} ORDER BY {LINE}) AS n FROM ({self._new()}) s
            )
            DELETE FROM {self.name} s USING new LEFT JOIN there USING ({limit.sharing})
            WHERE {self._same_key("s", "new")} AND new.n + coalesce(there.rows, 0) > {limit.count}
            RETURNING s.{LINE} AS line
            """,
            self._partner_id,
        )
        self._rows -= len(found)
        return [Late(row["line"], limit.column, limit.message) for row in found]

    async def drop(self) -> None:
        await self._connection.execute(f"DROP TABLE {self.name}")
