"""One table's way in: read, check, stage, merge."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar

import asyncpg
import polars as pl

from ingest.batch import LINE, RECORD, Batch, Unreadable
from ingest.call_staging import CallStage
from ingest.lookups import fetch_lookup
from ingest.parquet_reader import BROKEN_PARQUET
from ingest.rejected import RejectedRows
from ingest.result import ImportFailed, ImportResult, Problem, Progress, TableCount, said_of
from ingest.sources import BROKEN_FILE, Source
from ingest.spec import Lookup
from ingest.staging import Encoded, Late, Stage
from ingest.tables import CALLS, LICENSES
from ingest.validation import Reason, Validator, wrong_with_header
from kpis.calling_weeks import ChangingWeeks
from kpis.derived import ChangingLines
from kpis.policy import Policy

T = TypeVar("T")

_ROWS = 200_000


@dataclass(frozen=True)
class Work:
    """What the tables of one import share."""

    connection: asyncpg.Connection
    partner_id: int
    policy: Policy
    result: ImportResult
    progress: Progress
    changing: ChangingLines
    weeks: ChangingWeeks


@dataclass(frozen=True)
class Ready:
    """Some rows after reading and checking: the good ones encoded for staging, the bad ones as they were read."""

    read: int
    staged: list[Encoded]
    rejected: pl.DataFrame
    reasons: list[list[Reason]]


@dataclass
class Loader:
    """Loads the file of one table. What is wrong goes into the result, what is right into the table."""

    work: Work
    source: Source
    rejected: RejectedRows | None
    """Where the bad rows go; None when one of them is to undo everything."""
    read: int = 0
    refused: int = 0
    header: list[Reason] = field(default_factory=list)
    header_line: int | None = None

    async def load(self) -> TableCount:
        work, table = self.work, self.source.table
        first_problem = len(work.result.problems)
        kind = CallStage if table.name == CALLS else Stage
        stage = kind(work.connection, table, work.partner_id, work.policy)
        await stage.create()
        validator = Validator(table, await self._lookups())
        await self._stage(stage, validator)
        if isinstance(stage, CallStage) and await stage.are_doubtful():
            await self._stage_again(stage, validator)
        work.progress.start(table.name, "merging", None)
        await self._reject_late(await stage.weed_out())
        work.result.sort_problems(first_problem)
        if table.license_ids and stage.rows:
            await work.changing.name(self._license_ids(stage))
        if isinstance(stage, CallStage):
            stage.rows -= await work.weeks.expect(stage.name, stage.known, stage.new_weeks)
        inserted, updated = await stage.merge()
        if table.name == LICENSES and inserted:
            await work.changing.name_new(self._license_ids(stage))
        await stage.drop()
        work.progress.done(table.name)
        unchanged = self.read - self.refused - inserted - updated
        return TableCount(table.name, self.read, inserted, updated, unchanged, self.refused)

    def _license_ids(self, stage: Stage) -> str:
        assert self.source.table.license_ids
        return self.source.table.license_ids.format(stage=stage.name, partner=self.work.partner_id)

    async def _stage(self, stage: Stage, validator: Validator) -> None:
        """While PostgreSQL takes in some rows, a thread reads and checks the next."""
        progress, table = self.work.progress, self.source.table
        progress.start(table.name, "reading", await asyncio.to_thread(self.source.expected_rows))
        async with aclosing(_ahead(self._ready(validator, stage))) as batches:
            async for batch in batches:
                self.read += batch.read
                self._reject(batch.rejected, batch.reasons)
                await stage.copy(batch.staged)
                progress.advance(table.name, batch.read)
        for column, message in self.header:
            self._tell(self.header_line, column, message)

    async def _stage_again(self, stage: CallStage, validator: Validator) -> None:
        async with aclosing(_ahead(self._doubtful(validator, stage))) as batches:
            async for rows in batches:
                await stage.copy(rows)
        await stage.settle()

    def _doubtful(self, validator: Validator, stage: CallStage) -> Generator[list[Encoded], None, None]:
        key = [self.source.table.stored[column].name for column in self.source.table.key]
        for batch in _of_limited_size(self._batches()):
            rows = batch.rows.filter(stage.keys.may_repeat(batch.rows.select(key)))
            if rows.height:
                yield stage.encode_again(validator.check(rows).good)

    async def _lookups(self) -> dict[Lookup, pl.DataFrame]:
        table = self.source.table
        wanted = {reference.lookup: len(reference.columns) for reference in table.references}
        wanted |= {refusal.lookup: 1 for refusal in table.refusals}
        return {
            lookup: await fetch_lookup(self.work.connection, lookup, self.work.partner_id, keys)
            for lookup, keys in wanted.items()
        }

    def _batches(self) -> Iterator[Batch]:
        try:
            with self.source.open() as reader:
                if reader.columns:
                    self.header = wrong_with_header(reader, self.source.table)
                    self.header_line = reader.header_line
                yield from reader.batches()
        except (*BROKEN_FILE, *BROKEN_PARQUET, Unreadable) as error:
            reason = str(getattr(error, "strerror", None) or error).partition("\n")[0]
            raise ImportFailed(f"{self.source.name}: {reason}") from error

    def _ready(self, validator: Validator, stage: Stage) -> Generator[Ready, None, None]:
        for batch in _of_limited_size(self._batches()):
            malformed = pl.DataFrame(
                [(bad.line, bad.text) for bad in batch.malformed],
                schema={LINE: pl.Int64, RECORD: pl.String},
                orient="row",
            )
            reasons: list[list[Reason]] = [[(bad.column, bad.message)] for bad in batch.malformed]
            read = batch.rows.height + malformed.height
            if self.header:
                rejected = pl.concat([batch.rows, malformed], how="diagonal")
                yield Ready(read, [], rejected, [self.header] * rejected.height)
            else:
                checked = validator.check(batch.rows)
                rejected = pl.concat([checked.rejected, malformed], how="diagonal")
                yield Ready(read, stage.encode(checked.good), rejected, checked.reasons + reasons)

    def _reject(self, rows: pl.DataFrame, reasons: list[list[Reason]]) -> None:
        self.refused += rows.height
        if not self.header:  # what is wrong with the header is told once
            for line, of_row in zip(rows[LINE], reasons, strict=True):
                for column, message in of_row:
                    self._tell(line, column, message)
        if self.rejected:
            self.rejected.add(rows, [_in_words(of_row) for of_row in reasons])

    def _tell(self, line: int | None, column: str | None, message: str) -> None:
        self.work.result.add(Problem(self.source.name, line, column, message))

    async def _reject_late(self, late: list[Late]) -> None:
        """The rows themselves are gone by now: they are read once more where they are wanted."""
        self.refused += len(late)
        for bad in late:
            self._tell(bad.line, bad.column, bad.message)
        if self.rejected and late:
            await asyncio.to_thread(self._read_again, self.rejected, late)

    def _read_again(self, rejected: RejectedRows, late: list[Late]) -> None:
        reasons = {bad.line: _in_words([(bad.column, bad.message)]) for bad in late}
        for batch in self._batches():
            rows = batch.rows.filter(pl.col(LINE).is_in(list(reasons)))
            rejected.add(rows, [reasons[line] for line in rows[LINE]])


async def _ahead(items: Generator[T, None, None]) -> AsyncGenerator[T, None]:
    """The items, each made in a thread while the one before it is in use."""
    making = asyncio.create_task(asyncio.to_thread(next, items, None))
    try:
        while (item := await asyncio.shield(making)) is not None:
            making = asyncio.create_task(asyncio.to_thread(next, items, None))
            yield item
    finally:
        await asyncio.wait([making])  # the thread can't be stopped, and the file is its
        items.close()


def _of_limited_size(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Blocks of short rows hold many."""
    for batch in batches:
        if batch.rows.height <= _ROWS:
            yield batch
        else:
            for rows in batch.rows.iter_slices(_ROWS):
                yield Batch(rows)
            yield Batch(batch.rows.clear(), batch.malformed)


def _in_words(reasons: list[Reason]) -> str:
    return "; ".join(said_of(column, message) for column, message in reasons)
