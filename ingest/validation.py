"""From rows of text to values that can be staged, and what is wrong with the rest, column by column."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from ingest.batch import LINE, Reader
from ingest.lookups import ID
from ingest.result import quoted
from ingest.spec import Lookup, Reference, Table

Row = dict[str, str | None]
Reason = tuple[str | None, str]
"""A column, and what is wrong with it."""


@dataclass(frozen=True)
class Finding:
    """Something wrong: in which rows, with which columns, and how it is said of a row."""

    bad: pl.Series
    columns: tuple[str, ...]
    say: Callable[[Row], Reason]


@dataclass(frozen=True)
class Test:
    """What may be wrong with rows: where it holds, they are bad."""

    bad: pl.Expr
    columns: tuple[str, ...]
    say: Callable[[Row], Reason]


@dataclass(frozen=True)
class Checked:
    """A batch taken apart: what can be staged, and the rows as they were read of what can't, with the reasons."""

    good: pl.DataFrame
    rejected: pl.DataFrame
    reasons: list[list[Reason]]


def wrong_with_header(reader: Reader, table: Table) -> list[Reason]:
    """What keeps every row of a file with this header from being read."""
    if reader.header_fault:
        return [(None, reader.header_fault)]
    columns = reader.columns or []
    known = [column.name for column in table.columns]
    reasons: list[Reason] = [
        (column.name, "missing column")
        for column in table.columns
        if column.required and column.name not in columns
    ]
    # Once, since it is said of each row that is rejected for it.
    told = f"; the columns are {', '.join(known)}"
    for name in dict.fromkeys(columns):
        if name not in known:
            reasons.append((name or "''", f"unknown column{told}"))
            told = ""
        elif columns.count(name) > 1:
            reasons.append((name, "column is there twice"))
    return reasons


class Validator:
    """Checks the rows of one table."""

    def __init__(self, table: Table, lookups: dict[Lookup, pl.DataFrame]) -> None:
        self._table = table
        self._lookups = lookups
        self._tests = [*self._of_columns(), *self._between_columns()]

    def check(self, rows: pl.DataFrame) -> Checked:
        """`rows` has LINE and the file's columns, as text."""
        as_read = rows
        absent = [name for name in self._table.by_name if name not in rows.columns]
        rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)
        parsed = (c.kind.parse(pl.col(c.name)).alias(c.name) for c in self._table.columns)
        values = rows.select(LINE, *parsed).rechunk()  # or each of the following would do so by itself
        findings = _occurring(self._tests, values.hstack(rows.select(pl.exclude(LINE).name.map(_as_read))))
        ids = []
        for reference in self._table.references:
            found, unknown = self._resolve(reference, values, findings)
            ids.append(found)
            findings += unknown
        staged = self._staged(values, ids)
        if not findings:
            return Checked(staged, as_read.clear(), [])
        bad = reduce(or_, (finding.bad for finding in findings))
        return Checked(staged.filter(~bad), as_read.filter(bad), _reasons(rows, findings, bad))

    def _of_columns(self) -> Iterator[Test]:
        for column in self._table.columns:
            name, kind = column.name, column.kind
            text, value = pl.col(_as_read(name)), pl.col(name)
            if column.required:
                yield Test(text.is_null(), (name,), _saying(name, "may not be empty"))
            not_one = text.is_not_null() & value.is_null()
            yield Test(not_one, (name,), _saying_of_value(name, kind.wrong))
            for rule in kind.rules:
                yield Test(_broken(rule.holds(value)), (name,), _saying_of_value(name, rule.message))
        for refusal in self._table.refusals:
            name = refusal.column
            refused = pl.col(_as_read(name)).is_in(self._lookups[refusal.lookup]["0"].implode())
            yield Test(refused.fill_null(False), (name,), _saying_of_value(name, refusal.message))

    def _between_columns(self) -> Iterator[Test]:
        for check in self._table.checks:
            yield Test(_broken(check.holds), check.uses, _saying(check.column, check.message))

    def _resolve(
        self, reference: Reference, values: pl.DataFrame, findings: list[Finding]
    ) -> tuple[pl.Series, list[Finding]]:
        """The ids that a reference stands for, and where it stands for none."""
        keys = values.select(
            _folded(column, reference.folded).alias(str(number))
            for number, column in enumerate(values.select(reference.columns))
        )
        lookup = self._lookups[reference.lookup]
        ids = keys.join(lookup, on=keys.columns, how="left", maintain_order="left", nulls_equal=True)[ID]
        missing = ids.is_null() & ~keys.select(pl.all_horizontal(pl.all().is_null())).to_series()
        for finding in findings:
            if not set(finding.columns).isdisjoint(reference.columns):
                missing &= ~finding.bad  # more than this is wrong with it, and said already
        unknown = Finding(missing, reference.columns, _saying_unknown(reference))
        return ids.alias(reference.stored_as), [unknown] if missing.any() else []

    def _staged(self, values: pl.DataFrame, ids: list[pl.Series]) -> pl.DataFrame:
        table = self._table
        derived = [
            pl.Series(
                one.stored_as,
                [
                    None if None in row[:1] else one.compute(*row)
                    for row in values.select(one.columns).iter_rows()
                ],
                dtype=pl.String,
            )
            for one in table.derived
        ]
        stored = [c.kind.stage(pl.col(c.name)).alias(name) for name, c in table.stored.items()]
        computed = [one.value.alias(one.stored_as) for one in table.computed]
        return values.select(LINE, *stored, *ids, *derived, *computed)


def _as_read(column: str) -> str:
    """What a column's text is called beside its value."""
    return f"{column} as read"


def _broken(holds: pl.Expr) -> pl.Expr:
    """Where it does not hold. What is null has been said to be empty, or no value, already."""
    return ~holds.fill_null(True)


def _occurring(tests: list[Test], rows: pl.DataFrame) -> list[Finding]:
    """All are tried at once; which rows are bad is asked where there are some."""
    occurs = rows.select(test.bad.any().alias(f"{number}") for number, test in enumerate(tests)).row(0)
    return [
        Finding(rows.select(test.bad).to_series(), test.columns, test.say)
        for test, any_bad in zip(tests, occurs, strict=True)
        if any_bad
    ]


def _folded(column: pl.Series, fold: Callable[[str], str] | None) -> pl.Series:
    if fold is None:
        return column
    return pl.Series([None if text is None else fold(text) for text in column], dtype=pl.String)


def _saying(column: str, message: str) -> Callable[[Row], Reason]:
    return lambda row: (column, message.format_map(row))


def _saying_of_value(column: str, message: str) -> Callable[[Row], Reason]:
    return lambda row: (column, f"{quoted(row[column] or '')} {message}")


def _saying_unknown(reference: Reference) -> Callable[[Row], Reason]:
    def say(row: Row) -> Reason:
        given = {column: text for column in reference.columns if (text := row[column]) is not None}
        return next(iter(given)), f"unknown {reference.lookup.name} {' '.join(map(quoted, given.values()))}"

    return say


def _reasons(rows: pl.DataFrame, findings: list[Finding], bad: pl.Series) -> list[list[Reason]]:
    """What is wrong with each of the bad rows."""
    found = rows.filter(bad).rows(named=True)
    reasons: list[list[Reason]] = [[] for _ in found]
    for finding in findings:
        for position in finding.bad.filter(bad).arg_true():
            reasons[position].append(finding.say(found[position]))
    return reasons
