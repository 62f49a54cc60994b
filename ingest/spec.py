"""The words in which a table of the import contract is declared."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from ingest.kinds import Kind


@dataclass(frozen=True)
class Column:
    """A column of a file."""

    name: str
    kind: Kind
    required: bool = True
    stored_as: str | None = None
    """The column of the table, when it is named otherwise there."""


def optional(name: str, kind: Kind) -> Column:
    """A column that may be empty, or missing."""
    return Column(name, kind, required=False)


@dataclass(frozen=True)
class Lookup:
    """Keys by which files name rows of the database."""

    name: str
    query: str
    """The keys and, last, the id that they stand for, of partner $1. By then the rows of the same import are in."""


@dataclass(frozen=True)
class Reference:
    """Columns of a file that name another row; its id is stored in their place."""

    columns: tuple[str, ...]
    stored_as: str
    lookup: Lookup
    folded: Callable[[str], str] | None = None
    """How case is folded before it is looked up, as it is in the keys; None where it makes a difference."""


@dataclass(frozen=True)
class Refusal:
    """Rows that are not the import's to change."""

    column: str
    lookup: Lookup
    message: str


@dataclass(frozen=True)
class Check:
    """What has to hold between columns. It is said of `column`; the message may name columns in braces."""

    column: str
    uses: tuple[str, ...]
    holds: pl.Expr
    message: str


@dataclass(frozen=True)
class Derived:
    """A stored column that is computed from values of the file."""

    stored_as: str
    columns: tuple[str, ...]
    compute: Callable[..., Any]


@dataclass(frozen=True)
class Computed:
    """A stored column that is computed from values of the file by polars alone: for tables of many rows."""

    stored_as: str
    value: pl.Expr


@dataclass(frozen=True)
class AtMost:
    """How many rows of the table may share a stored column's value; it is said of a column of the file."""

    threshold: str
    """The one of `Policy` that says how many, as it does for changes."""
    sharing: str
    column: str
    message: str
    """With a place for the number."""


@dataclass(frozen=True)
class Table:
    """A table: its columns, its key, what has to hold of it."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """Stored columns by which a row is found again."""
    nullable_key: tuple[str, ...] = ()
    """Those of the key's columns that may be null; they hold ids."""
    references: tuple[Reference, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    checks: tuple[Check, ...] = ()
    derived: tuple[Derived, ...] = ()
    computed: tuple[Computed, ...] = ()
    at_most: AtMost | None = None
    license_ids: str | None = None
    """The license lines that the rows of {stage} change, of {partner}: `id`, and `since` when if it is their usage."""

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def stored(self) -> dict[str, Column]:
        """The file's columns that are stored as they are, by their names in the table."""
        looked_up = {name for reference in self.references for name in reference.columns}
        return {c.stored_as or c.name: c for c in self.columns if c.name not in looked_up}

    @cached_property
    def stored_names(self) -> tuple[str, ...]:
        """Every column of the table that the import writes."""
        return (
            *self.stored,
            *(reference.stored_as for reference in self.references),
            *(derived.stored_as for derived in self.derived),
            *(computed.stored_as for computed in self.computed),
        )

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The stored columns that are not the key."""
        return tuple(name for name in self.stored_names if name not in self.key)
