"""A schema as anyone writes it with Strawberry, without a thought of compiling: types behind interfaces and unions that
do not say what their rows are, values that are none, and settings of the schema's own."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Annotated, Any, NewType

import strawberry
from graphql import Undefined
from strawberry.extensions import FieldExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types.field import StrawberryField

from executor.declare import At, computed


@strawberry.interface
class Shape:
    name: str


@strawberry.type
class Circle(Shape):
    radius: int = 1


@strawberry.type
class Square(Shape):
    side: int = 2


Figure = Annotated[Circle | Square, strawberry.union("Figure")]


@strawberry.type
class Alone:
    name: str


@strawberry.type
class Other:
    name: str


OnlyOne = Annotated[Alone, strawberry.union("OnlyOne")]


@strawberry.interface
class Numbered:
    number: int

    @classmethod
    def resolve_type(cls, value: Any, *_args: Any) -> str:
        return "Even" if value.number % 2 == 0 else "Odd"


@strawberry.type
class Even(Numbered):
    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, SimpleNamespace)


@strawberry.type
class Odd(Numbered):
    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, SimpleNamespace)


class Mood(Enum):
    NONE = None
    GOOD = 1


GraphQLMood = strawberry.enum(Mood)
ShortDate = NewType("ShortDate", date)
Undecided = NewType("Undecided", int)
SCALARS: dict[object, Any] = {
    ShortDate: strawberry.scalar(name="Date", serialize=lambda day: day.strftime("%Y-%m-%d")),
    Undecided: strawberry.scalar(name="Undecided", serialize=lambda _: Undefined),
}


class Loud(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **arguments: Any) -> Any:
        return str(next_(source, info, **arguments)).upper()


class Doubled(StrawberryField):
    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        return f"{source.name} {source.name}"


def _names(_at: At, rows: Sequence[Any]) -> list[str]:
    return [row.name for row in rows]


_loud = computed(_names, type=str, description="", needs=("name",))
_loud.extensions.append(Loud())


@strawberry.type
class Thing:
    name: str
    loud = _loud
    doubled: str = Doubled()  # type: ignore[assignment]
    mood: GraphQLMood | None  # type: ignore[valid-type]
    made_on: ShortDate
    seen: datetime
    undecided: Undecided


@strawberry.type
class Value:
    """What an object's one value is, as various types."""

    text: str | None
    number: int | None
    amount: Decimal | None
    mood: GraphQLMood | None  # type: ignore[valid-type]
    anything: strawberry.scalars.JSON
    object: Alone | None


VALUES: list[Any] = []
"""What `values` gives, each as all of those types."""


def _values() -> list[Any]:
    return [
        SimpleNamespace(
            text=given(), number=given(), amount=given(), mood=given(), anything=given(), object=given()
        )
        for given in VALUES
    ]


THING = {
    "name": "thing",
    "doubled": "once",
    "mood": None,
    "made_on": date(999, 1, 2),
    "seen": datetime(2026, 1, 1, tzinfo=UTC),
    "undecided": 1,
}


@strawberry.type
class Query:
    shapes = strawberry.field(resolver=lambda: [Circle(name="c"), Square(name="s")], graphql_type=list[Shape])
    figures = strawberry.field(
        resolver=lambda: [Square(name="s"), Circle(name="c")], graphql_type=list[Figure]
    )
    only = strawberry.field(resolver=lambda: Alone(name="a"), graphql_type=OnlyOne | None)
    not_only = strawberry.field(resolver=lambda: Other(name="o"), graphql_type=OnlyOne | None)
    numbered = strawberry.field(
        resolver=lambda: [SimpleNamespace(number=n) for n in (1, 2)], graphql_type=list[Numbered]
    )
    things = strawberry.field(resolver=lambda: [SimpleNamespace(**THING)], graphql_type=list[Thing])
    plain_dicts = strawberry.field(resolver=lambda: [THING], graphql_type=list[Thing | None])
    values = strawberry.field(resolver=_values, graphql_type=list[Value])


ORDINARY = strawberry.Schema(
    Query, types=[Even, Odd, Circle, Square], config=StrawberryConfig(scalar_map=SCALARS)
)


@strawberry.type
class Word:
    text: str


@strawberry.type
class Words:
    words = strawberry.field(resolver=lambda: [SimpleNamespace(text="loud")], graphql_type=list[Word])


def _shouted(source: Any, name: str) -> Any:
    return getattr(source, name).upper()


SHOUTING = strawberry.Schema(Words, config=StrawberryConfig(default_resolver=_shouted))
"""A schema of its own, as Strawberry keeps the default resolver with the types' fields."""
