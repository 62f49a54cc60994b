"""Orders of a list, and where a cursor stands in one.

In every order rows without the value come last in both directions; the keys that settle ties always ascend.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from resolvers.errors import BadUserInput
from resolvers.ids import GlobalIds
from resolvers.row import Row

_READ: dict[str, Callable[[str], Any]] = {"date": date.fromisoformat, "timestamptz": datetime.fromisoformat}


def in_order_of(kind: type[StrEnum], sql: str) -> str:
    """What to order an enum's values by, so that they come as they are declared."""
    values = ", ".join(f"'{value}'" for value in kind)
    return f"array_position(ARRAY[{values}], {sql})"


@dataclass(frozen=True)
class Key:
    """One thing that rows are ordered by. `type` is its type in SQL."""

    sql: str
    type: str = "text"
    nullable: bool = False
    descending: bool = False

    def order_by(self, reverse: bool) -> str:
        down = self.descending != reverse
        nulls = (" NULLS FIRST" if reverse else " NULLS LAST") if self.nullable else ""
        return f"{'DESC' if down else 'ASC'}{nulls}"

    def beyond(self, value: Any, parameter: str, reverse: bool) -> str | None:
        """The condition to lie after the value (before it, if reverse); None if nothing can."""
        if value is None:
            return f"{self.sql} IS NOT NULL" if reverse else None
        sign = "<" if self.descending != reverse else ">"
        condition = f"{self.sql} {sign} :{parameter}::{self.type}"
        return f"({condition} OR {self.sql} IS NULL)" if self.nullable and not reverse else condition

    def equal(self, value: Any, parameter: str) -> str:
        return f"{self.sql} IS NULL" if value is None else f"{self.sql} = :{parameter}::{self.type}"

    def read(self, value: Any) -> Any:
        """A value as it came out of a cursor's JSON."""
        return value if value is None or self.type not in _READ else _READ[self.type](value)


@dataclass(frozen=True)
class Order:
    """A total order: the last key is unique. `name` tells one order's cursors from another's."""

    name: str
    keys: tuple[Key, ...]

    def __hash__(self) -> int:
        return hash(self.name)  # which is enough, and asked often

    @cached_property
    def selected(self) -> list[str]:
        """What the keys are selected as."""
        return [f"order_key_{n}" for n in range(len(self.keys))]

    def select(self) -> list[str]:
        return [f"{key.sql} AS {name}" for key, name in zip(self.keys, self.selected, strict=True)]

    def order_by(self, reverse: bool) -> str:
        return ", ".join(f"{key.sql} {key.order_by(reverse)}" for key in self.keys)

    def order_by_selected(self, reverse: bool, alias: str = "page") -> str:
        each = zip(self.selected, self.keys, strict=True)
        return ", ".join(f"{alias}.{name} {key.order_by(reverse)}" for name, key in each)

    def cursor(self, row: Row, ids: GlobalIds) -> str:
        """Where the row stands in this order."""
        return ids.seal_cursor([self.name, *map(row.__getitem__, self.selected)])

    def read_cursor(self, cursor: str, field: str, ids: GlobalIds) -> tuple[Any, ...]:
        """A cursor's values. Raises BadUserInput, naming the argument `field`."""
        name, *values = ids.open_cursor(cursor, field)
        if name != self.name:
            raise BadUserInput(
                f"{field}: this cursor is of another list or order; cursors keep to their own."
            )
        return tuple(key.read(value) for key, value in zip(self.keys, values, strict=True))

    def beyond(self, values: Sequence[Any], parameter: str, reverse: bool) -> str:
        """The condition to lie after the cursor's row (before it, if reverse): key by key."""
        alternatives: list[str] = []
        equals: list[str] = []
        for n, (key, value) in enumerate(zip(self.keys, values, strict=True)):
            step = key.beyond(value, f"{parameter}_{n}", reverse)
            if step:
                alternatives.append(" AND ".join([*equals, step]))
            equals.append(key.equal(value, f"{parameter}_{n}"))
        bound = self._bound(values[0], f"{parameter}_0", reverse)
        either = " OR ".join(f"({a})" for a in alternatives) or "false"
        return f"{bound}({either})"

    def _bound(self, value: Any, parameter: str, reverse: bool) -> str:
        """What the alternatives say of the first key together: it lets an index start at the cursor."""
        key = self.keys[0]
        if value is None or key.nullable:
            return ""
        sign = "<=" if key.descending != reverse else ">="
        return f"{key.sql} {sign} :{parameter}::{key.type} AND "


def directed(name: str, keys: Sequence[Key], ties: Sequence[Key], *, descending: bool) -> Order:
    """An order by `keys` in a direction, ties settled ascending."""
    turned = tuple(Key(key.sql, key.type, key.nullable, descending) for key in keys)
    rest = tuple(tie for tie in ties if tie.sql not in {key.sql for key in keys})
    return Order(f"{name} {'DESC' if descending else 'ASC'}", turned + rest)
