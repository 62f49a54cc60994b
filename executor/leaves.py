"""Leaf values: what a scalar or enum is written as, as an expression of generated code.

What comes as it should passes a test of its class and is written as it is; orjson writes dates and times as
Strawberry's scalars do. Anything else goes to the type's own `serialize`, as graphql-core would have it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from graphql import GraphQLEnumType, GraphQLLeafType, is_enum_type


class Surprise(Exception):
    """Something that only graphql-core knows the answer to: the operation is run again by it."""


@dataclass(frozen=True)
class Leaf:
    """How values of a leaf type are written: as they are where they pass `test`, by `table`, or by `slow`."""

    type: GraphQLLeafType
    nullable: bool
    test: str | None
    slow: Callable[[Any], Any]
    table: dict[Any, str] | None = None


_TESTS = {
    "String": "{it}.__class__ is str",
    "ID": "{it}.__class__ is str",
    "Int": "{it}.__class__ is int and -2147483648 <= {v} <= 2147483647",
    "Float": "{it}.__class__ is float and {v} - {v} == 0.0",
    "Boolean": "{it} is True or {v} is False",
    "Date": "{it}.__class__ is date",
    "DateTime": "{it}.__class__ is datetime and {v}.tzinfo is UTC",
}
"""`{it}` is where the value is first read; from then on it is `{v}`."""
_SAMPLES = {"Date": date(2020, 2, 29), "DateTime": datetime(2020, 2, 29, 1, 2, 3, 4, tzinfo=UTC)}
NAMES = {"date": date, "datetime": datetime, "UTC": UTC}
"""What the tests name beside the value."""


def leaf(type: GraphQLLeafType, *, nullable: bool) -> Leaf:
    """How values of the type are written, null among them where the place allows it."""
    serialize = type.serialize

    def slow(value: Any) -> Any:
        if value is None:
            if nullable:
                return None
            raise Surprise
        written = serialize(value)
        if written is None:
            raise Surprise
        return written

    if is_enum_type(type):
        return Leaf(type, nullable, None, slow, _table(type, nullable=nullable))
    sample = _SAMPLES.get(type.name)
    as_usual = sample is None or serialize(sample) == sample.isoformat()  # not a scalar of the schema's own
    return Leaf(type, nullable, _TESTS.get(type.name) if as_usual else None, slow)


def _table(type: GraphQLEnumType, *, nullable: bool) -> dict[Any, Any]:
    """The names of an enum's values, by what resolvers return: the member, or its plain value."""
    table: dict[Any, Any] = {None: None} if nullable else {}
    for name, value in type.values.items():
        table[value.value] = name
        if isinstance(value.value, Enum):
            table[value.value.value] = name
    wrapped = getattr(type, "wrapped_cls", None)
    for member in wrapped or ():
        table[member] = table[member.value] = type.serialize(member)
    return table
