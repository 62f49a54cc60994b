"""What an import tells: counts, problems, progress, and why it failed."""

from dataclasses import dataclass, field
from typing import Protocol

SHOWN_PROBLEMS = 100


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
        return ": ".join(part for part in (place, self.column, self.message) if part is not None)


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
    """Nothing was changed. `result` holds the problems when the files' contents are the reason."""

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
