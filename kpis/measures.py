"""Measures: what a KPI counts or sums, over which lines. Declared once; SQL, fields and docs are made of that.

A measure is over license lines `ls`, over customers' positions `p` or over their peers `peer`. Its `where` says
which of them; nothing is said of whose they are, which is the reader's scope. Ratios name two other measures: sums
come first, divisions last.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Customers:
    """How many customers have a row that matches; each counts once."""

    name: str
    help: str
    _: KW_ONLY
    where: str
    formula: str = ""

    python_type: ClassVar[type] = int
    unit: str = "customers"


@dataclass(frozen=True)
class Sum:
    """A term summed over the rows that match."""

    name: str
    help: str
    term: str
    _: KW_ONLY
    where: str = "true"
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
    _: KW_ONLY
    over: Customers | Sum
    under: Customers | Sum
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
    _: KW_ONLY
    where: str = "true"
    """Which lines its table lists."""
    window: str | None = None
    """The name of the parameter that holds the days of its window, if it has one."""


@dataclass(frozen=True)
class Rows:
    """What measures are counted over: which rows of a source, and how customers are counted in them.

    Of several sources no two have a customer in common, so that their figures add up.
    """

    sources: Sequence[Callable[[Sequence[str]], str]]
    """Table expressions, made for the columns that the measures name."""
    where: Sequence[str]
    customers: str
    """The aggregate that counts them."""


def bases(measures: Iterable[Measure]) -> list[Customers | Sum]:
    """What has to be counted or summed for these measures, each once."""
    found: dict[Customers | Sum, None] = {}
    for measure in measures:
        parts = (measure.over, measure.under) if isinstance(measure, Ratio) else (measure,)
        found.update(dict.fromkeys(parts))
    return list(found)


def statement(measures: Sequence[Measure], rows: Mapping[str, Rows]) -> str:
    """One SELECT for all the measures: one pass over each kind of `rows` that they are over, told by its alias.

    The nth measure is the column `m<n>`.
    """
    parts = bases(measures)
    names = {part: f"b{n}" for n, part in enumerate(parts)}
    passes = []
    for alias, over in rows.items():
        if found := {part: names[part] for part in parts if re.search(rf"\b{alias}\.", part.where)}:
            passes.append(f"({_pass(alias, over, found)}) of_{alias}")
    columns = []
    for n, measure in enumerate(measures):
        if isinstance(measure, Ratio):
            value = f"{names[measure.over]}::float8 / nullif({names[measure.under]}, 0)"
        else:
            value = names[measure]
        columns.append(f"{value} AS m{n}")
    return f"SELECT {', '.join(columns)} FROM {', '.join(passes)}"


def _pass(alias: str, over: Rows, names: Mapping[Customers | Sum, str]) -> str:
    wheres = list(dict.fromkeys(part.where for part in names))
    columns = []
    for part, name in names.items():
        # A single condition is true of all rows that are read.
        only = f" FILTER (WHERE {part.where})" if len(wheres) > 1 else ""
        if isinstance(part, Customers):
            columns.append(f"{over.customers}{only} AS {name}")
        else:
            columns.append(f"coalesce(sum({part.term}){only}, 0)::bigint AS {name}")
    select = ", ".join(columns)
    named = sorted(set(re.findall(rf"\b{alias}\.(\w+)", " ".join([select, *wheres]))))
    where = " AND ".join([*over.where, f"({' OR '.join(wheres)})"])
    parts = [f"SELECT {select} FROM {source(named)} WHERE {where}" for source in over.sources]
    if len(parts) == 1:
        return parts[0]
    sums = ", ".join(f"sum({name})::bigint AS {name}" for name in names.values())
    return f"SELECT {sums} FROM ({' UNION ALL '.join(parts)}) part"
