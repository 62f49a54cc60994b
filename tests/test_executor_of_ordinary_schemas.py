"""The compiled executor on a schema that declares nothing for it: the same bytes as graphql-core, or left to it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from decimal import Decimal
from typing import Any

import pytest
from graphql import Undefined, parse, specified_rules
from strawberry.schema.schema import validate_document

from executor.documents import RULES
from tests import ordinary_schema
from tests.ordinary_schema import ORDINARY, SHOUTING, Alone, Mood
from tests.small_schema import Ways

SAME = [
    "{ shapes { __typename name } }",
    "{ shapes { name ... on Circle { radius } ... on Square { side } } }",
    "{ figures { __typename ... on Circle { name radius } ... on Square { name side } } }",
    "{ only { __typename ... on Alone { name } } }",
    "{ notOnly { __typename ... on Alone { name } } }",
    "{ numbered { __typename number } }",
    "{ things { name } }",
    "{ things { loud } }",
    "{ things { doubled } }",
    "{ things { mood } }",
    "{ things { madeOn } }",
    "{ things { seen } }",
    "{ things { undecided } }",
    "{ plainDicts { name } }",
]


@pytest.mark.parametrize("query", SAME)
async def test_the_same_bytes_or_left(query: str) -> None:
    core, data, _, _ = await Ways(ORDINARY).both(query)
    assert data is None if core == b"errors" else data in (core, None)


async def test_a_default_resolver_of_the_schemas_own_is_left() -> None:
    core, data, _, _ = await Ways(SHOUTING).both("{ words { text } }")
    assert (core, data) == (b'{"words":[{"text":"LOUD"}]}', None)


@pytest.mark.parametrize("query", ["{ things { name mood seen } }", "{ values { text object { name } } }"])
async def test_what_is_ordinary_is_compiled(query: str) -> None:
    core, data, _, _ = await Ways(ORDINARY).both(query)
    assert core == data != b"errors"


MADE: list[Coroutine[Any, Any, Any]] = []
"""Coroutines, some of which nobody awaits where an operation is given up."""


def _later(value: Any) -> Any:
    async def later() -> Any:
        await asyncio.sleep(0)
        return value

    MADE.append(later())
    return MADE[-1]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while MADE:
        MADE.pop().close()


NO_VALUES: dict[str, Callable[[], Any]] = {
    "an exception": lambda: ValueError("no"),
    "undefined": lambda: Undefined,
    "a coroutine": lambda: _later(1),
    "a coroutine of nothing": lambda: _later(None),
    "null": lambda: None,
    "a member that is null": lambda: Mood.NONE,
    "a number": lambda: 1,
    "an amount": lambda: Decimal("1.10"),
    "a text": lambda: "text",
    "an object": lambda: Alone(name="a"),
}
FIELDS = ["text", "number", "amount", "mood", "anything", "object { name }", "object { __typename }"]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("given", NO_VALUES)
async def test_what_is_no_value_is_left(given: str, field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordinary_schema, "VALUES", [lambda: None, NO_VALUES[given]])
    core, data, _, _ = await Ways(ORDINARY).both(f"{{ values {{ {field} }} }}")
    assert data is None if core == b"errors" else data in (core, None)


def test_documents_are_validated_by_strawberrys_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[Any] = []

    def validate(_schema: Any, _document: Any, rules: Any) -> list[Any]:
        used.append(rules)
        return []

    monkeypatch.setattr("strawberry.schema.schema.validate", validate)
    validate_document(ORDINARY._schema, parse("{ __typename }"), tuple(specified_rules))
    assert used == [RULES]
