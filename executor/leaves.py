"""Leaf values: what a scalar or enum is written as, as an expression of generated code.

What comes as it should passes a test of its class and is written as it is; orjson writes dates and times as
Strawberry's scalars do. Anything else goes to the type's own `serialize`, as graphql-core would have it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from graphql import GraphQLEnumType, GraphQLLeafType, Undefined, is_enum_type, specified_scalar_types
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY


class Surprise(Exception):
    """Something that only graphql-core knows the answer to: the operation is run again by it."""


@lru_cache(maxsize=1000)
def is_value(kind: type) -> bool:
    """Whether what is of this class is a value: no failure, nothing to wait for, not left undefined."""
    return not (issubclass(kind, Exception) or hasattr(kind, "__await__") or kind is type(Undefined))


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
_OF_STRAWBERRY: dict[str, type] = {"Date": date, "DateTime": datetime}
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
        written = serialize(value) if is_value(value.__class__) else None
        if written is None or written is Undefined:
            raise Surprise
        return written

    if is_enum_type(type):
        return Leaf(type, nullable, None, slow, _table(type, nullable=nullable))
    return Leaf(type, nullable, _TESTS.get(type.name) if _is_usual(type) else None, slow)


def _is_usual(type: GraphQLLeafType) -> bool:
    """Whether it is GraphQL's or Strawberry's own scalar, and not one of the schema by that name."""
    of = _OF_STRAWBERRY.get(type.name)
    usual = DEFAULT_SCALAR_REGISTRY[of] if of else specified_scalar_types.get(type.name)
    return usual is not None and type.serialize is usual.serialize


def _table(type: GraphQLEnumType, *, nullable: bool) -> dict[Any, Any]:
    """The names of an enum's values, by what resolvers return: the member, or its plain value."""
    table: dict[Any, Any] = {}
    for name, value in type.values.items():
        table[value.value] = name
        if isinstance(value.value, Enum):
            table[value.value.value] = name
    wrapped = getattr(type, "wrapped_cls", None)
    for member in wrapped or ():
        table[member] = table[member.value] = type.serialize(member)
    table.pop(None, None)  # null, whatever a member's value
    return table | {None: None} if nullable else table
