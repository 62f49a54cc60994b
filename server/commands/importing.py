"""`partnerhub import` and `partnerhub rebuild`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from ingest import ImportFailed, ImportResult, fault_of_name, rebuild, run_import
from server.commands.common import (
    CommandError,
    PartnerOption,
    choose_partner,
    err,
    out,
    unicode_text,
    with_database,
)
from server.settings import load_settings

NEW_PARTNER = "Partner"
"""What the first partner is called when nobody says."""
_WIDEST = 1000


class Bars:
    """An import's progress as bars on stderr."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def start(self, table: str, phase: str, total: int | None) -> None:
        if table in self._tasks:
            self._progress.update(
                self._tasks[table], description=f"{table}: {phase}", total=total, completed=0
            )
        else:
            self._tasks[table] = self._progress.add_task(f"{table}: {phase}", total=total)

    def advance(self, table: str, rows: int) -> None:
        self._progress.advance(self._tasks[table], rows)

    def done(self, table: str) -> None:
        task = self._tasks.pop(table)
        self._progress.update(task, visible=False)


@contextmanager
def bars() -> Iterator[Bars]:
    columns = (SpinnerColumn(), TextColumn("{task.description:32}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield Bars(progress)


def _path(text: str) -> Path:
    if not text:  # which as a path would be the working folder
        raise typer.BadParameter("give a folder, a zip or one file")
    return Path(text)


def _name(partner: str | None) -> str | None:
    unicode_text(partner)
    if partner is not None and (fault := fault_of_name(partner)):
        raise typer.BadParameter(f"the name {fault}")
    return partner


def import_(
    path: Annotated[
        Path,
        typer.Argument(
            help="A folder, a zip or one file: `<table>.csv`, `.jsonl` or `.parquet`.",
            parser=_path,
            metavar="path",
        ),
    ],
    partner: Annotated[
        str | None,
        typer.Option(
            "--partner", help="Whose data it is, by name; a new name makes a new partner.", callback=_name
        ),
    ] = None,
    skip_invalid: Annotated[
        bool,
        typer.Option(
            "--skip-invalid", help="Load the good rows; write the others to `rejected/<table>.csv`."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and count everything, and change nothing.")
    ] = False,
) -> None:
    """Load a partner's files: all of it, or nothing."""
    settings = load_settings()

    async def work(connection: asyncpg.Connection) -> ImportResult:
        name = await choose_partner(connection, partner) or NEW_PARTNER
        with bars() as progress:
            return await run_import(
                connection,
                path,
                partner=name,
                skip_invalid=skip_invalid,
                dry_run=dry_run,
                progress=progress,
                policy=settings.policy,
                call_retention_months=settings.call_retention_months,
            )

    try:
        result = with_database(settings, work)
    except ImportFailed as failure:
        raise CommandError(*problem_lines(failure.result), str(failure)) from failure
    for line in problem_lines(result):
        print_plain(line)
    out.print(count_table(result), crop=False)
    if dry_run:
        out.print("Nothing was changed: this was a dry run.")


def rebuild_(partner: PartnerOption = None) -> None:
    """Compute the derived tables anew from the source rows."""
    settings = load_settings()

    async def work(connection: asyncpg.Connection) -> str | None:
        name = await choose_partner(connection, partner)
        if name is not None:
            await rebuild(connection, name, settings.policy)
        return name

    try:
        name = with_database(settings, work)
    except ImportFailed as failure:
        raise CommandError(str(failure)) from failure
    out.print(f"Rebuilt the derived tables of {name}." if name else "There is no partner yet.", markup=False)


def problem_lines(result: ImportResult | None) -> list[str]:
    if result is None or not result.problem_count:
        return []
    lines = [str(problem) for problem in result.problems]
    if result.problem_count > len(lines):
        lines.append(
            f"… and {result.problem_count - len(lines)} more, {result.problem_count} problems in all"
        )
    return lines


def print_plain(line: str) -> None:
    err.print(line, markup=False, highlight=False, soft_wrap=True)


def count_table(result: ImportResult) -> Table:
    """What became of each table's rows."""
    look = box.SIMPLE_HEAD if out.is_terminal else None  # in a pipe: words and numbers alone
    table = Table(title=Text(f"Imported for {result.partner}"), title_justify="left", box=look)
    table.add_column("table")
    names = ("inserted", "updated", "unchanged", "rejected", "read")
    for name in names:
        table.add_column(name, justify="right")
    for count in result.counts:
        table.add_row(count.table, *(str(getattr(count, name)) for name in names))
    # A terminal that is narrower breaks its lines, but no number is cut.
    table.width = out.measure(table, options=out.options.update(width=_WIDEST)).maximum
    return table
