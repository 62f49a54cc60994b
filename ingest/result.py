"""What an import tells: counts, problems, progress, and why it failed."""

from dataclasses import dataclass, field
from typing import Protocol

SHOWN_PROBLEMS = 100
_SHOWN = 60
"""Characters of a value or a name that a report shows."""


def quoted(text: str) -> str:
    """A value out of a file, so that whatever it holds the report of it is one line."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def named(name: str) -> str:
    """The same for a name, which stands without quotes."""
    return quoted(name)[1:-1]


def said_of(column: str | None, message: str) -> str:
    return message if column is None else f"{named(column)}: {message}"


@dataclass(frozen=True)
class TableCount:
    """What became of the rows of one table: the last four add up to `read`."""

    table: str
    read: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where."""

    file: str
    line: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {said_of(self.column, self.message)}"


@dataclass
class ImportResult:
    """How an import went. Of its problems the first hundred are kept, and the number of all."""

    partner: str
    counts: list[TableCount] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    committed: bool = False

    def add(self, problem: Problem) -> None:
        self.problem_count += 1
        if len(self.problems) < SHOWN_PROBLEMS:
            self.problems.append(problem)

    def sort_problems(self, start: int) -> None:
        """Bring those from `start` on into the order of their lines."""
        self.problems[start:] = sorted(self.problems[start:], key=lambda problem: problem.line or 0)


class ImportFailed(Exception):
    """Nothing was changed, or the reason says so. `result` holds the problems when these are in the files."""

    def __init__(self, reason: str, result: ImportResult | None = None) -> None:
        super().__init__(reason)
        self.result = result


class Progress(Protocol):
    """Is told how far an import is. `total` is a number of rows, when it is known."""

    def start(self, table: str, phase: str, total: int | None) -> None: ...

    def advance(self, table: str, rows: int) -> None: ...

    def done(self, table: str) -> None: ...


class NoProgress:
    """Tells nobody."""

    def start(self, table: str, phase: str, total: int | None) -> None: ...

    def advance(self, table: str, rows: int) -> None: ...

    def done(self, table: str) -> None: ...
