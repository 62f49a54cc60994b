"""The compiled executor on a small schema of its own: the same bytes as graphql-core, in fewer calls."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from inspect import isawaitable
from types import SimpleNamespace
from typing import Annotated, Any

import orjson
import pytest
import strawberry
from aiodataloader import DataLoader
from graphql import GraphQLSyntaxError, execute

from executor.declare import Arguments, At, Columns, Load, computed, needs, related, through, weight
from executor.documents import Documents, NoOperation
from executor.run import MOST_GIVEN, MOST_PLANS, Compiled


class Dog(dict[str, Any]):
    """A row that is read by key, as records are; graphql-core's way by attribute."""

    def __getattr__(self, name: str) -> Any:
        if name in self:
            return self[name]
        raise AttributeError(name)


class Cat(SimpleNamespace):
    """A row that is read by attribute."""


class Color(Enum):
    RED = "red"
    BLUE = "blue"


def dog(number: int, **more: Any) -> Dog:
    return Dog(
        id=number,
        name=f"dog {number}",
        color="red",
        born=date(2020, 1, number),
        seen=datetime(2026, 1, 1, 2, 3, 4, 5 * number, tzinfo=UTC),
        weight=Decimal("1.50"),
        height=0.5 * number,
        legs=4,
        good=True,
        words=["sit", "stay"],
        odd=None,
        owner_id=number % 2 + 1,
        friend_ids=[1, 2],
        **more,
    )


def cat(number: int) -> Cat:
    return Cat(**dog(number) | {"name": f"cat {number}", "color": Color.BLUE})


DOGS = {number: dog(number) for number in range(1, 6)}
CATS = {number: cat(number) for number in range(1, 4)}
OWNERS = {1: SimpleNamespace(id=1, name="Ann"), 2: SimpleNamespace(id=2, name="Bob")}


@dataclass(frozen=True)
class Found:
    """Rows by number, counted by call."""

    rows: dict[int, Any]
    name: str

    async def load(
        self, context: Any, parents: Sequence[int], arguments: Arguments, columns: Columns
    ) -> list[Any]:
        context.calls[self.name] += 1
        context.columns[self.name] = columns
        await asyncio.sleep(0)
        return [self.rows.get(parent) for parent in parents]


@dataclass(frozen=True)
class Pets:
    """All pets of each owner, or of anybody for owner 0."""

    async def load(
        self, context: Any, parents: Sequence[int], arguments: Arguments, columns: Columns
    ) -> list[Any]:
        context.calls["pets"] += 1
        context.columns["pets"] = columns
        least = dict(arguments).get("least", 0)
        pets = [*DOGS.values(), *CATS.values()]
        owned = [pet for pet in pets if _id(pet) >= least]
        return [[pet for pet in owned if owner in (0, _id(pet) % 2 + 1)] for owner in parents]


def _id(pet: Any) -> int:
    return int(pet["id"] if isinstance(pet, dict) else pet.id)


OWNER_BY_ID = Found(OWNERS, "owner")
DOG_BY_ID = Found(DOGS, "dog")
PETS = Pets()


@dataclass
class Context:
    calls: Counter[str] = field(default_factory=Counter)
    columns: dict[str, Columns] = field(default_factory=dict)
    memory: dict[Any, Any] = field(default_factory=dict)
    loaders: dict[Any, Any] = field(default_factory=dict)

    async def load(self, relation: Any, parent: Any, arguments: Any, columns: Any) -> Any:
        async def batch(parents: list[Any]) -> list[Any]:
            return list(await relation.load(self, parents, arguments, columns))

        key = (id(relation), arguments, columns)
        loader = self.loaders.setdefault(key, None) or DataLoader(batch)
        self.loaders[key] = loader
        return await loader.load(parent)


def _labels(at: At, rows: Sequence[Any]) -> list[str]:
    return [f"{at.type_name} {_id(row)}" for row in rows]


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
        type=Annotated["Owner", strawberry.lazy("tests.test_executor")] | None,
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

    def __init__(self) -> None:
        self.documents = Documents(SCHEMA)
        self.compiled = Compiled(SCHEMA)
        self.errors: Any = None

    async def core(self, query: str, variables: dict[str, Any] | None, context: Context) -> bytes:
        operation = self.documents.parse(query).operation(None)
        assert not operation.document.errors, operation.document.errors
        running = execute(
            SCHEMA._schema,
            operation.document.ast,
            context_value=context,
            variable_values=variables,
            executor_class=SCHEMA.execution_context_class,
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


@pytest.fixture
def ways() -> Ways:
    return Ways()


FIELDS = "name color born seen legs good words odd label"
COMPILED: list[tuple[str, dict[str, Any] | None]] = [
    (f"{{ dogs {{ {FIELDS} }} }}", None),
    (f"{{ pets {{ {FIELDS} }} }}", None),
    ("{ pets { __typename measures { height weight __typename } } }", None),
    ("{ a: dog(number: 1) { n: name } b: dog(number: 9) { name } __typename }", None),
    ("query ($n: Int!) { dog(number: $n) { name owner { name } } }", {"n": 3}),
    ("query ($n: Int = 2) { dogs(first: $n) { name } }", None),
    ("query ($n: Int = 2) { dogs(first: $n) { name } }", {"n": 4}),
    ("query ($w: Which) { dogs(which: $w) { name } }", {"w": {"numbers": [2, 7, 1], "color": "BLUE"}}),
    ("query ($w: Which) { dogs(which: $w) { name } }", {"w": None}),
    ("query ($l: [Int!]) { dogs(which: {numbers: $l}) { name } }", {"l": [1]}),
    ("{ dogs(which: {numbers: []}) { name } }", None),
    ("{ owners { name pets { name owner { name pets(least: 3) { label } } } howMany } }", None),
    ("{ pets { ... on Dog { barks } ... on Cat { purrs label } ... on Pet { name } } }", None),
    ("{ owners { either { __typename ... on Dog { name barks } ... on Cat { purrs name } } } }", None),
    (
        "{ pets { ...f name ...f } } fragment f on Pet { legs owner { ...g } } fragment g on Owner { name }",
        None,
    ),
    ("{ dogs { owner { name } name owner { pets { name } } } }", None),
    ("{ dogs { shout loud: shout(loud: true) } }", None),
    ("query ($v: Boolean!) { dogs { shout(loud: $v) } }", {"v": True}),
    ("{ nested }", None),
    *(
        (
            "query ($a: Boolean!, $b: Boolean! = true) { dogs { name @skip(if: $a) legs @include(if: $b) } }",
            given,
        )
        for given in ({"a": True}, {"a": False}, {"a": True, "b": False}, {"a": False, "b": False})
    ),
    ("{ dogs { name @include(if: false) ... @skip(if: true) { legs } label } }", None),
]


@pytest.mark.parametrize(("query", "variables"), COMPILED)
async def test_what_is_compiled_gives_the_same_bytes(
    ways: Ways, query: str, variables: dict[str, Any] | None
) -> None:
    core, data, _, _ = await ways.both(query, variables)
    assert core != b"errors", ways.errors
    assert data == core
    assert (await ways.both(query, variables))[1] == core, "and so it does from its kept plan"


LEFT: list[tuple[str, dict[str, Any] | None]] = [
    ("{ slow }", None),
    ("{ __schema { queryType { name } } }", None),
    ("mutation { nothing }", None),
    ("{ dogs(which: {numbers: [-1]}) { name } }", None),
    ("query ($n: Int!) { dog(number: $n) { name } }", {}),
    ("query ($n: Int!) { dog(number: $n) { name } }", {"n": "x"}),
    ("query ($n: Int!) { dog(number: $n) { name } }", {"n": None}),
]


@pytest.mark.parametrize(("query", "variables"), LEFT)
async def test_the_rest_is_left_to_graphql_core(
    ways: Ways, query: str, variables: dict[str, Any] | None
) -> None:
    assert (await ways.both(query, variables))[1] is None
    assert sum(ways.compiled.left.values()) == 1


@pytest.mark.parametrize(
    "oddity",
    [
        {"legs": 2**31},
        {"legs": -(2**31) - 1},
        {"legs": 2**31 - 1},
        {"legs": 3.0},
        {"legs": 3.5},
        {"legs": "4"},
        {"legs": True},
        {"legs": None},
        {"name": 5},
        {"name": None},
        {"name": ["x"]},
        {"good": 1},
        {"good": "yes"},
        {"odd": "text"},
        {"odd": 1.5},
        {"height": 3},
        {"height": float("nan")},
        {"height": float("inf")},
        {"height": None},
        {"weight": Decimal("0.10")},
        {"weight": 3},
        {"born": datetime(2026, 1, 1, tzinfo=UTC)},
        {"born": "2026-01-01"},
        {"seen": datetime(2026, 1, 1, 12)},
        {"seen": datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))},
        {"color": Color.RED},
        {"color": "green"},
        {"color": None},
        {"words": ("a", "b")},
        {"words": []},
        {"words": None},
        {"words": ["a", None]},
        {"words": ["a", 7]},
        {"words": "text"},
    ],
    ids=str,
)
async def test_odd_values_are_written_as_graphql_core_would_or_left_to_it(
    ways: Ways, oddity: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "ODDITIES", [{}, oddity])
    core, data, _, _ = await ways.both(f"{{ oddDogs {{ {FIELDS} measures {{ height weight }} }} }}")
    assert data is None if core == b"errors" else data in (core, None)


async def test_a_level_is_one_call_whatever_stands_in_it(ways: Ways) -> None:
    query = "{ owners { pets { owner { name } also: owner { name } } either { __typename } } }"
    core, data, _, context = await ways.both(query)
    assert data == core
    assert context.calls == {"pets": 2, "owner": 1}, "pets are asked for with and without columns"
    assert context.columns["owner"] == {"name"}


async def test_only_what_is_selected_is_read(ways: Ways) -> None:
    _, _, core, compiled = await ways.both("{ pets { label measures { height } ... on Cat { legs } } }")
    assert core.columns == compiled.columns == {"pets": {"id", "height", "legs"}}


async def test_what_is_found_is_counted_by_its_weight(ways: Ways) -> None:
    operation = ways.documents.parse("{ owners { name howMany } dog(number: 1) { name } }").operation(None)
    found = await ways.compiled.run(operation, Context(), None)
    assert found
    assert found.cost == 2 * (1 + 10) + 1
    assert weight(SCHEMA._schema.get_type("Owner").fields["howMany"]) == 10  # type: ignore[union-attr]


async def test_what_variables_come_to_is_remembered_by_what_was_sent(ways: Ways) -> None:
    query = "query ($w: Which, $n: Int!) { dogs(which: $w) { name } dog(number: $n) { name } }"
    operation = ways.documents.parse(query).operation(None)
    sent = [
        1,
        2,
        True,
        "1",
        1.0,
        1.5,
        None,
        {"numbers": 1},
        {"numbers": [True]},
        {"color": "RED"},
        [],
        10**400,
    ]
    for _ in range(2):
        for number in sent:
            for which in sent:
                core, data, _, _ = await ways.both(query, {"n": number, "w": which})
                assert data == (None if core == b"errors" else core), (number, which)
    assert 0 < len(operation.given) <= MOST_GIVEN
    await ways.both(query, {"n": 1, "w": {"numbers": [1] * 1000}})
    assert all(len(known) < 1000 for known in operation.given), "and long ones are not kept"


async def test_plans_of_an_operation_are_bounded(ways: Ways) -> None:
    names = [f"v{n}" for n in range(6)]
    given = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: name @include(if: ${name})" for name in names)
    query = f"query ({given}) {{ dogs {{ legs {fields} }} }}"
    operation = ways.documents.parse(query).operation(None)
    for n in range(2 ** len(names)):
        variables = {name: bool(n >> place & 1) for place, name in enumerate(names)}
        core, data, _, _ = await ways.both(query, variables)
        assert data in (core, None)
    assert len(operation.plans) <= MOST_PLANS + 1


async def test_what_fails_first_ends_the_rest(ways: Ways) -> None:
    ended = asyncio.Event()

    class Waits:
        async def load(self, *_: Any) -> list[Any]:
            try:
                await asyncio.sleep(60)
            finally:
                ended.set()
            return []

    class Fails:
        async def load(self, *_: Any) -> list[Any]:
            await asyncio.sleep(0)
            raise ValueError

    def wait(root: Any, info: At) -> Load:
        return Load(Waits(), 1)

    def fail(root: Any, info: At) -> Load:
        return Load(Fails(), 1)

    @strawberry.type(name="Query")
    class Both:
        first = related(wait, type=int, description="")
        second = related(fail, type=int, description="")

    schema = strawberry.Schema(Both)
    operation = Documents(schema).parse("{ first second }").operation(None)
    assert await Compiled(schema).run(operation, Context(), None) is None
    assert ended.is_set()


def test_documents_are_parsed_once_and_bounded() -> None:
    documents = Documents(SCHEMA, most=3, most_characters=1000)
    first = documents.parse("{ nested }")
    assert documents.parse("{ nested }") is first
    assert documents.hits == 1
    for n in range(10):
        documents.parse(f"{{ a{n}: nested }}")
    assert len(documents) == 3
    assert documents.parse("{ nested }") is not first
    documents.parse("{ " + "nested " * 100 + "}")
    assert documents.characters <= 1000
    with pytest.raises(GraphQLSyntaxError):
        documents.parse("{")


def test_an_operation_is_named_or_the_only_one() -> None:
    document = Documents(SCHEMA).parse("query A { nested } query B { slow } fragment f on Query { slow }")
    assert document.operation("B").name == "B"
    for name in (None, "C", ""):
        with pytest.raises(NoOperation):
            document.operation(name)
    with pytest.raises(NoOperation):
        Documents(SCHEMA).parse("fragment f on Query { slow }").operation(None)
