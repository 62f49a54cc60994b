"""Staging of call records: those of weeks that nobody has any of yet go past the temporary table."""

from dataclasses import dataclass
from datetime import date

import asyncpg
import polars as pl

from ingest.batch import LINE
from ingest.spec import Table
from ingest.staging import Encoded, Late, Stage, as_csv, count_of
from kpis.calling_weeks import weeks_rolled_up
from kpis.policy import Policy
from models.call_weeks import ArrivingWeeks, weeks_kept


@dataclass(frozen=True)
class Arriving(Encoded):
    """Records of new weeks."""

    weeks: frozenset[date]


class CallStage(Stage):
    """Copies records of new weeks right into the tables that become these weeks' partitions.

    These tables know no lines. Records that repeat a key, or are known already, are brought into the stage, where
    they are dealt with like all others.
    """

    def __init__(self, connection: asyncpg.Connection, table: Table, partner_id: int, policy: Policy) -> None:
        super().__init__(connection, table, partner_id, policy)
        self._arriving = ArrivingWeeks(connection, partner_id)
        self._arrived = 0
        self._old = pl.Series(dtype=pl.Date)
        (self._call_id,) = table.key

    @property
    def new_weeks(self) -> frozenset[date]:
        return frozenset(self._arriving.weeks)

    async def create(self) -> None:
        """From here on, no week is dropped until the transaction ends."""
        await super().create()
        # A week that was rolled up and dropped is not new.
        old = {
            *await weeks_kept(self._connection),
            *await weeks_rolled_up(self._connection, self._partner_id),
        }
        self._old = pl.Series(sorted(old), dtype=pl.Date)

    def encode(self, rows: pl.DataFrame) -> list[Encoded]:
        self.keys.add(rows)
        old = self._is_old(rows)
        if old.all():
            return [self._encoded(rows)]
        new = rows.filter(~old) if old.any() else rows
        columns = self._table.stored_names
        weeks = frozenset(new["week"].unique())
        arriving = Arriving(self._arriving.name, columns, as_csv(new.select(columns)), new.height, weeks)
        return [self._encoded(rows.filter(old)), arriving] if old.any() else [arriving]

    async def copy(self, parts: list[Encoded]) -> None:
        for part in parts:
            if isinstance(part, Arriving):
                await self._arriving.add(part.weeks)
                self._arrived += part.rows
        await super().copy(parts)

    async def are_doubtful(self) -> bool:
        """Whether some keys of new weeks may be there twice, so that their rows have to be read once more."""
        if not self._arrived or self.keys.differ:
            return False
        if self.keys.repeated is not None:
            return True
        repeated: bool = await self._connection.fetchval(
            f"SELECT EXISTS (SELECT FROM (SELECT {self._call_id} FROM {self._arriving.name}"
            f" UNION ALL SELECT {self._call_id} FROM {self.name}) c GROUP BY {self._call_id} HAVING count(*) > 1)"
        )
        return repeated

    def encode_again(self, rows: pl.DataFrame) -> list[Encoded]:
        """Doubtful rows, for the stage. Those of old weeks are there."""
        return [self._encoded(rows.filter(~self._is_old(rows)))]

    async def settle(self) -> None:
        """Take out of the new weeks what has been staged again."""
        status = await self._connection.execute(
            f"DELETE FROM {self._arriving.name} a USING {self.name} s WHERE a.{self._call_id} = s.{self._call_id}"
        )
        self._arrived -= count_of(status)

    async def weed_out(self) -> list[Late]:
        if self._arrived and await self._partner_has_rows():
            await self._stage_known()
        return await super().weed_out()

    async def merge(self) -> tuple[int, int]:
        await self._arriving.join()
        inserted, updated = await super().merge()
        return self._arrived + inserted, updated

    def _is_old(self, rows: pl.DataFrame) -> pl.Series:
        return rows["week"].is_in(self._old.implode())

    async def _stage_known(self) -> None:
        """Records that come from an old week into a new one."""
        names = ", ".join(self._table.stored_names)
        await self._join_by_probing(await self._are_few(self._arriving.name))
        status = await self._connection.execute(
            f"""
            WITH known AS (
                DELETE FROM {self._arriving.name} a USING {self._table.name} t
                WHERE {self._theirs} AND t.{self._call_id} = a.{self._call_id} RETURNING a.*
            )
            INSERT INTO {self.name} ({LINE}, {names}) SELECT 0, {names} FROM known
            """
        )
        await self._join_by_probing(False)
        self._arrived -= count_of(status)
        self.rows += count_of(status)
