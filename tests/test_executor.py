"""The compiled executor on a small schema: the same bytes as graphql-core, or the operation is left to it."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from tests import small_schema
from tests.small_rows import Color
from tests.small_schema import Ways

pytest_plugins = ["tests.small_schema_fixture"]

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
    monkeypatch.setattr(small_schema, "ODDITIES", [{}, oddity])
    core, data, _, _ = await ways.both(f"{{ oddDogs {{ {FIELDS} measures {{ height weight }} }} }}")
    assert data is None if core == b"errors" else data in (core, None)
