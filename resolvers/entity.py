"""Entities: a kind of row, with each of its columns as SQL and the joins that some columns stand on.

A column costs only when it is wanted: a join is made when a wanted expression names its alias.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from resolvers.row import Row
from resolvers.viewer import Permission


@dataclass(frozen=True)
class Join:
    """A join to one row at most."""

    sql: str

    def each(self, _alias: str) -> str:
        return self.sql

    whole = each


@dataclass(frozen=True)
class Summary:
    """Aggregates over a customer's rows of `table`, of which `key` names the customer and `outer` is matched."""

    table: str
    key: str
    outer: str
    columns: Mapping[str, str]
    where: str = "true"
    """Which of the rows."""

    @property
    def _select(self) -> str:
        return ", ".join(f"{sql} AS {name}" for name, sql in self.columns.items())

    def each(self, alias: str) -> str:
        """One look-up a row: for pages."""
        inner = self.table.split()[1]
        return (
            f"LEFT JOIN LATERAL (SELECT {self._select} FROM {self.table}"
            f" WHERE {inner}.partner_id = :partner AND {self.key} = {self.outer} AND {self.where}) {alias} ON true"
        )

    def whole(self, alias: str) -> str:
        """One pass over the partner's rows: for filters and orders over everything."""
        inner = self.table.split()[1]
        return (
            f"LEFT JOIN (SELECT {self.key} AS grouped_by, {self._select} FROM {self.table}"
            f" WHERE {inner}.partner_id = :partner AND {self.where} GROUP BY {self.key}) {alias}"
            f" ON {alias}.grouped_by = {self.outer}"
        )


@dataclass(frozen=True)
class Entity:
    """A kind of row: `table` with its alias, its `columns` by name, and whose customer it belongs to."""

    name: str
    row: type[Row]
    table: str
    columns: Mapping[str, str]
    id: str = "id"
    customer: str | None = None
    """The column that holds the customer's id; None for rows that every admin of the partner sees."""
    joins: Mapping[str, Join | Summary] = field(default_factory=dict)
    permission: Permission | None = None
    """What it takes to see a row of this kind at all."""

    @property
    def alias(self) -> str:
        return self.table.split()[1]

    @property
    def key(self) -> str:
        return f"{self.alias}.{self.id}"

    @property
    def tenant(self) -> str:
        """The condition by which its rows are the partner's."""
        return f"{self.alias}.partner_id = :partner"

    def expressions(self, columns: Iterable[str]) -> list[str]:
        """The select list: the id always, then what is wanted, in one order so that the same set is the same text."""
        wanted = sorted(set(columns) & self.columns.keys() - {"id"})
        return [f"{self.key} AS id", *(f"{self.columns[name]} AS {name}" for name in wanted)]

    def joined(self, expressions: Iterable[str]) -> list[str]:
        """The aliases of the joins that these expressions stand on, in the order of their declaration."""
        texts = list(expressions)
        found: list[str] = []
        for alias in reversed(list(self.joins)):  # a later join may stand on an earlier one
            if any(re.search(rf"\b{alias}\.", text) for text in texts):
                found.append(alias)
                texts.append(self.joins[alias].each(alias))
        return found[::-1]

    def source(self, aliases: Iterable[str], *, whole: bool = False, base: str | None = None) -> str:
        """The FROM clause with these joins, on the table or on a `base` that names its alias."""
        joins = ((alias, self.joins[alias]) for alias in aliases)
        return " ".join(
            [base or self.table, *(join.whole(alias) if whole else join.each(alias) for alias, join in joins)]
        )

    def is_summary(self, alias: str) -> bool:
        return isinstance(self.joins[alias], Summary)
