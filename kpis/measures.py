"""Measures: what a KPI counts or sums, over which lines. Declared once; SQL, fields and docs are made of that.

A measure is over license lines `ls`. Its `where` says which of them; nothing is said of whose they are, which is
the reader's scope. Ratios name two other measures: sums come first, divisions last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Customers:
    """How many customers have a line that matches; each counts once."""

    name: str
    help: str
    where: str
    formula: str = ""

    python_type: ClassVar[type] = int
    unit: str = "customers"


@dataclass(frozen=True)
class Sum:
    """A term summed over the lines that match."""

    name: str
    help: str
    term: str
    where: str
    formula: str = ""
    unit: str = "licenses"
    per: int | None = None
    """What the sum is divided by, where its unit is larger than what is added up."""

    @property
    def python_type(self) -> type:
        return int if self.per is None else float


@dataclass(frozen=True)
class Ratio:
    """One measure divided by another; null where the divisor is zero."""

    name: str
    help: str
    over: "Customers | Sum"
    under: "Customers | Sum"
    formula: str = ""
    unit: str = "rate, from 0 up (1 = all)"

    python_type: ClassVar[type] = float


Measure = Customers | Sum | Ratio


@dataclass(frozen=True)
class Section:
    """Measures that belong together, the lines they are over, and the table of these lines."""

    name: str
    type_name: str
    help: str
    measures: tuple[Measure, ...]
    where: str = "true"
    """Which lines its table lists."""
    window: str | None = None
    """The name of the parameter that holds the days of its window, if it has one."""
    over_positions: bool = False
    """Its measures are over customers' positions `p` or their peers `peer`, not over lines."""

    def measure(self, name: str) -> Measure:
        return next(measure for measure in self.measures if measure.name == name)


@dataclass(frozen=True)
class Rows:
    """What measures are counted over: a table expression with its alias, and which of its rows."""

    source: str
    where: Sequence[str]


def bases(measures: Iterable[Measure]) -> list[Customers | Sum]:
    """What has to be counted or summed for these measures, each once."""
    found: dict[Customers | Sum, None] = {}
    for measure in measures:
        parts = (measure.over, measure.under) if isinstance(measure, Ratio) else (measure,)
        found.update(dict.fromkeys(parts))
    return list(found)


def counts(measures: Sequence[Measure], positions: Rows, peers: Rows) -> str:
    """One SELECT for measures that count customers; the nth is the column `m<n>`.

    Those over positions share one pass: each row is a customer. One over peers has rows for several products.
    """
    columns, passes = [], ""
    for n, measure in enumerate(measures):
        assert isinstance(measure, Customers)
        if "peer." in measure.where:
            where = " AND ".join([*peers.where, measure.where])
            columns.append(
                f"(SELECT count(DISTINCT peer.customer_id) FROM {peers.source} WHERE {where}) AS m{n}"
            )
        else:
            columns.append(f"count(*) FILTER (WHERE {measure.where}) AS m{n}")
            passes = f" FROM {positions.source} WHERE {' AND '.join(positions.where)}"
    return f"SELECT {', '.join(columns)}{passes}"


def statement(measures: Sequence[Measure], source: str, scope: Sequence[str]) -> str:
    """One SELECT for all the measures: one pass over the lines of `source` within `scope`.

    The nth measure is the column `m<n>`.
    """
    parts = bases(measures)
    wheres = list(dict.fromkeys(part.where for part in parts))
    lines = [*scope, f"({' OR '.join(wheres)})"]
    results = {}
    for part in parts:
        only = f" FILTER (WHERE {part.where})" if len(wheres) > 1 else ""  # else these are all the lines
        if isinstance(part, Customers):
            results[part] = f"count(DISTINCT ls.customer_id){only}"
        else:
            results[part] = f"coalesce(sum({part.term}){only}, 0)"
    columns = []
    for n, measure in enumerate(measures):
        if isinstance(measure, Ratio):
            value = f"{results[measure.over]}::float8 / nullif({results[measure.under]}, 0)"
        else:
            value = results[measure]
        columns.append(f"{value} AS m{n}")
    return f"SELECT {', '.join(columns)} FROM {source} WHERE {' AND '.join(lines)}"
