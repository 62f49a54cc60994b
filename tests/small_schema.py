"""A small schema over pets and their owners, and both ways of running operations on it."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from inspect import isawaitable
from typing import Annotated, Any

import orjson
import strawberry
from graphql import execute

from executor.declare import At, Load, computed, needs, related, through
from executor.documents import Documents
from executor.run import Compiled
from tests.small_rows import (
    DOG_BY_ID,
    DOGS,
    OWNER_BY_ID,
    OWNERS,
    PETS,
    Cat,
    Color,
    Context,
    Dog,
    Found,
    dog,
    id_of,
)


def _labels(at: At, rows: Sequence[Any]) -> list[str]:
    return [f"{at.type_name} {id_of(row)}" for row in rows]


def _is(kind: type) -> Any:
    return classmethod(lambda cls, value, info: isinstance(value, kind))


def _shout(root: Any, loud: bool = False) -> str:
    name = root["name"] if isinstance(root, dict) else root.name
    return str(name.upper() + "!" * loud)


def _itself(root: Any) -> Any:
    return root


@strawberry.type
class Measures:
    height: float
    weight: Decimal


@strawberry.interface
class Pet:
    name: str
    color: strawberry.enum(Color)  # type: ignore[valid-type]
    born: date
    seen: datetime
    legs: int
    good: bool
    words: list[str]
    odd: str | None
    label = computed(_labels, type=str, description="", needs=("id",))
    shout = strawberry.field(resolver=_shout, metadata=needs("name"))
    measures = strawberry.field(resolver=_itself, graphql_type=Measures, metadata=through())
    owner = related(
        OWNER_BY_ID,
        key="owner_id",
        type=Annotated["Owner", strawberry.lazy("tests.small_schema")] | None,
        description="",
    )


@strawberry.type(name="Dog")
class DogType(Pet):
    is_type_of = _is(Dog)
    barks: bool = strawberry.field(resolver=lambda: True)


@strawberry.type(name="Cat")
class CatType(Pet):
    is_type_of = _is(Cat)
    purrs: bool = strawberry.field(resolver=lambda: True)


Either = Annotated[DogType | CatType, strawberry.union("Either")]


def _pets_of(info: At, least: int = 0) -> Load:
    return Load(PETS, arguments=(("least", least),))


def _how_many(root: Any, info: At) -> Load:
    return Load(PETS, root.id, columns=frozenset(), then=len)


@strawberry.type
class Owner:
    name: str
    pets = related(_pets_of, key="id", type=list[Pet], description="")
    either = related(_pets_of, key="id", type=list[Either], description="")
    how_many = related(_how_many, type=int, description="", cost=10)


@strawberry.input
class Which:
    numbers: list[int] | None = None
    color: strawberry.enum(Color) | None = None  # type: ignore[valid-type]


def _dogs(root: Any, info: At, which: Which | None = None, first: int = 5) -> Load:
    numbers = which.numbers if which and which.numbers is not None else list(DOGS)
    if -1 in numbers:
        raise ValueError("which: no such dog")
    return Load(Found({0: [DOGS.get(n) for n in numbers[:first]]}, "dogs"), 0)


def _dog(root: Any, info: At, number: int) -> Load:
    return Load(DOG_BY_ID, number)


def _odd_dogs(root: Any) -> Any:
    return [Dog(dog(1) | given) for given in ODDITIES]


ODDITIES: list[dict[str, Any]] = [{}]


async def _slow(root: Any) -> str:
    return "slow"


@strawberry.type
class Query:
    dogs = related(_dogs, type=list[DogType | None], description="")
    dog = related(_dog, type=DogType | None, description="")
    pets = related(lambda root, info: Load(PETS, 0), type=list[Pet], description="")
    owners = strawberry.field(resolver=lambda: list(OWNERS.values()), graphql_type=list[Owner])
    odd_dogs = strawberry.field(resolver=_odd_dogs, graphql_type=list[DogType])
    nested = strawberry.field(resolver=lambda: [[1, 2], [], [3]], graphql_type=list[list[int]])
    slow = strawberry.field(resolver=_slow)


@strawberry.type
class Mutation:
    nothing: bool = strawberry.field(resolver=lambda: True)


SCHEMA = strawberry.Schema(Query, Mutation)


class Ways:
    """Both ways of running, over the same documents."""

    def __init__(self, schema: strawberry.Schema = SCHEMA) -> None:
        self._schema = schema
        self.documents = Documents(schema)
        self.compiled = Compiled(schema)
        self.errors: Any = None

    async def core(self, query: str, variables: dict[str, Any] | None, context: Context) -> bytes:
        operation = self.documents.parse(query).operation(None)
        assert not operation.document.errors, operation.document.errors
        running = execute(
            self._schema._schema,
            operation.document.ast,
            context_value=context,
            variable_values=variables,
            executor_class=self._schema.execution_context_class,
            operation_extensions=None,
        )
        result = await running if isawaitable(running) else running
        self.errors = result.errors
        return b"errors" if result.errors else orjson.dumps(result.data)

    async def both(
        self, query: str, variables: dict[str, Any] | None = None
    ) -> tuple[bytes, bytes | None, Context, Context]:
        first, second = Context(), Context()
        operation = self.documents.parse(query).operation(None)
        found = await self.compiled.run(operation, second, variables)
        data = orjson.dumps(found.data) if found else None
        return await self.core(query, variables, first), data, first, second
