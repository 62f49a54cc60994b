"""What the compiled executor does for an operation on a small schema: few calls, and what it keeps is bounded."""

import asyncio
from typing import Any

import pytest
import strawberry
from graphql import GraphQLSyntaxError

from executor.declare import At, Load, related, weight
from executor.documents import Documents, NoOperation
from executor.run import MOST_GIVEN, MOST_PLANS, Compiled
from tests.small_rows import Context
from tests.small_schema import SCHEMA, Ways

pytest_plugins = ["tests.small_schema_fixture"]


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
    assert len(operation.plans) == MOST_PLANS


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
        for _ in range(2):
            documents.parse(f"{{ a{n}: nested }}")
    assert len(documents) == 2
    documents.parse("{ last: nested }")
    assert len(documents) == 3
    assert documents.parse("{ nested }") is not first
    documents.parse("{ " + "nested " * 100 + "}")
    assert documents.characters <= 1000
    with pytest.raises(GraphQLSyntaxError):
        documents.parse("{")


def test_documents_that_come_once_put_out_only_each_other() -> None:
    documents = Documents(SCHEMA, most=10)
    again = [documents.parse(f"{{ a{n}: nested }}") for n in range(2) for _ in range(2)]
    for n in range(100):
        documents.parse(f"{{ b{n}: nested }}")
    assert len(documents) == 4, "a fifth of ten, and the two that came again"
    for n in range(100):
        documents.parse(f"{{ b{n}: nested {'#' * 90_000} }}".replace("#", " "))
    assert documents.characters < 300_000
    assert [documents.parse(f"{{ a{n}: nested }}") for n in range(2)] == again[::2]


def test_an_operation_is_named_or_the_only_one() -> None:
    document = Documents(SCHEMA).parse("query A { nested } query B { slow } fragment f on Query { slow }")
    assert document.operation("B").name == "B"
    for name in (None, "C", ""):
        with pytest.raises(NoOperation):
            document.operation(name)
    with pytest.raises(NoOperation):
        Documents(SCHEMA).parse("fragment f on Query { slow }").operation(None)
