"""What an operation may ask for at most, at each limit and one past it, and that telling so costs next to nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query

from tests import office
from tests.limits import ask
from tests.server import Api, served

pytest_plugins = ["tests.limits_fixture"]


def fragment_chain(length: int, spreads: int) -> str:
    """Each fragment spreads the next one several times."""
    last = f"fragment f{length} on Query {{ __typename }}"
    links = [f"fragment f{n} on Query {{ {' '.join([f'...f{n + 1}'] * spreads)} }}" for n in range(length)]
    return " ".join(["{ ...f0 }", *links, last])


# ---- at each limit, and one past it ---------------------------------------------------------------

DEPTH = ("customers", "nodes", "tags") * 5


def nested(depth: int) -> str:
    query = "__typename"
    for field in reversed(DEPTH[: depth - 1]):
        query = f"{field}{'(first: 1)' if field == 'customers' else ''} {{ {query} }}"
    return f"{{ {query} }}"


def distinct_fields(count: int) -> str:
    """So many fields, by fragments that spread a fragment of fifty each."""
    fifty = " ".join(["customerId name country industry createdOn"] * 10)
    spread, rest = divmod(count - 2, 50)
    names = " ".join(["...Fifty"] * spread + ["id"] * rest)
    return f"{{ customers(first: 1) {{ nodes {{ {names} }} }} }} fragment Fifty on Customer {{ {fifty} }}"


def aliases(count: int) -> str:
    return "{ " + " ".join(f"a{n}: __typename" for n in range(count)) + " }"


def aliases_by_fragments(count: int) -> str:
    some = " ".join(f"a{n}: __typename" for n in range(count // 3))
    rest = " ".join(f"b{n}: __typename" for n in range(count % 3))
    return f"{{ ...f ...f ... on Query {{ ...f }} {rest} __typename }} fragment f on Query {{ {some} }}"


def directives(count: int) -> str:
    places = [
        "__typename @include(if: true)",
        "... @include(if: true) { __typename }",
        "...f @skip(if: false)",
    ]
    some = " ".join(places[n % 3] for n in range(count))
    return f"{{ {some} ...f }} fragment f on Query {{ __typename }}"


def tokens(count: int) -> str:
    actions = '"x" ' * (count - 16)
    return f"{{ auditEvents(filter: {{actions: [{actions}]}}) {{ totalCount }} }}"


LIMITS = {
    "depth": (nested, 12),
    "aliases": (aliases, 30),
    "aliases by fragments": (aliases_by_fragments, 30),
    "directives": (directives, 10),
}


@pytest.mark.parametrize(("make", "most"), LIMITS.values(), ids=LIMITS)
async def test_at_the_limit_it_runs_and_one_past_it_is_refused(limited: Api, make: Any, most: int) -> None:
    assert (await ask(limited, make(most))).data
    answer = await ask(limited, make(most + 1))
    assert answer.codes == ["QUERY_TOO_COMPLEX"]
    assert "data" not in answer.body
    assert (
        f"{most + 1}" in answer.errors[0]["message"] and f"{most} is the most" in answer.errors[0]["message"]
    )


async def test_fields_count_with_fragments_spread_out(limited: Api) -> None:
    """Their number is tried apart from validation, which has its own limit for fields of one name."""
    for count, refused in ((2000, False), (2001, True)):
        answer = await ask(limited, distinct_fields(count))
        found = any("is the most" in error["message"] for error in answer.errors)
        assert found == refused, answer.errors


async def test_tokens(database_url: str, data_dir: Path) -> None:
    async with served(database_url, data_dir, office.PARTNER, maximum_tokens=500, roomy=False) as api:
        assert (await ask(api, tokens(500))).data
        answer = await ask(api, tokens(501))
        assert answer.codes == ["QUERY_TOO_COMPLEX"]
        assert "data" not in answer.body


async def test_bytes_of_the_body(limited: Api) -> None:
    headers = {"Authorization": f"Bearer {limited.token(office.FULL)}", "Content-Type": "application/json"}
    query = json.dumps({"query": "{ __typename }"})
    for size, status in ((262_144, 200), (262_145, 413)):
        response = await limited.client.post("/graphql", content=query.ljust(size), headers=headers)
        assert response.status_code == status


async def test_rows_of_a_page(limited: Api) -> None:
    assert (await ask(limited, "{ customers(first: 100) { nodes { id } } }")).data
    answer = await ask(limited, "{ customers(last: 101) { nodes { id } } }")
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["message"] == "last: give a number from 0 to 100, not 101."
    answer = await ask(limited, "{ customers { nodes { id } } }")
    assert len(answer.data["customers"]["nodes"]) == 25


async def test_those_who_see_analytics_may_be_given_longer_pages(database_url: str, data_dir: Path) -> None:
    query = "query ($n: Int) { customers(first: $n) { totalCount } }"
    async with served(database_url, data_dir, office.PARTNER, roomy=False, analyst_page_size=1000) as api:
        for email, most in ((office.FULL, 1000), (office.ASSIGNED, 1000), (office.DESK, 100)):
            assert (await api.ask(email, query, {"n": most})).data
            assert (await api.ask(email, query, {"n": most + 1})).codes == ["BAD_USER_INPUT"]


async def test_errors_of_an_answer(limited: Api) -> None:
    """Five are listed, of the others their number is told."""
    for wrong in (5, 6, 30):
        fields = " ".join(f'a{n}: node(id: "none {n}") {{ id }}' for n in range(wrong))
        answer = await ask(limited, f"{{ {fields} }}")
        assert answer.codes == ["BAD_USER_INPUT"] * 5
        assert answer.body["data"] == {f"a{n}": None for n in range(wrong)}
        assert answer.body.get("extensions", {}).get("moreErrors", 0) == wrong - 5
        answer = await ask(limited, "{ " + " ".join(f"none{n}" for n in range(wrong)) + " }")
        assert answer.codes == ["BAD_USER_INPUT"] * 5
        assert answer.body.get("extensions", {}).get("moreErrors", 0) == wrong - 5


async def test_the_maxima_are_settings(database_url: str, data_dir: Path) -> None:
    small = {
        "maximum_depth": 3,
        "maximum_fields": 5,
        "maximum_aliases": 2,
        "maximum_directives": 1,
        "maximum_errors": 1,
        "default_page_size": 5,
    }
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **small) as api:
        for query in (
            "{ viewer { partner { ownOrganization { state } } } }",
            "{ viewer { partner { id name } admin { id } } }",
            "{ a: __typename b: __typename c: __typename }",
            "{ __typename @skip(if: false) @include(if: true) }",
        ):
            assert (await ask(api, query)).codes == ["QUERY_TOO_COMPLEX"]
        assert (await ask(api, "{ none nothing }")).codes == ["BAD_USER_INPUT"]
        answer = await ask(api, "{ customers { nodes { id } } }")
        assert len(answer.data["customers"]["nodes"]) == 5


# ---- documents made to hold the service up --------------------------------------------------------

MANY = " ".join(f"a{n}: __typename" for n in range(2001))
HOSTILE = {
    "wide": "{ " + "__typename " * 2001 + "}",
    "aliases": f"{{ {MANY} }}",
    "aliases in a fragment": f"{{ ...f }} fragment f on Query {{ {MANY} }}",
    "aliases in pages": "{ customers { nodes { " + " ".join(f"t{n}: tags {{ id }}" for n in range(31)) + " } } }",
    "exponential fragments": fragment_chain(24, 2),
    "exponential fragments, wider": fragment_chain(150, 9),
    "a long chain of fragments": fragment_chain(1000, 1),
    "a chain of fragments beside": "{ __typename } " + fragment_chain(500, 1).removeprefix("{ ...f0 }"),
    "the whole schema over and over": f"{{ {' '.join(f'a{n}: __schema {{ types {{ name }} }}' for n in range(11))} }}",
    "tokens": '{ node(id: "' + '") { id } b: node(id: "' * 3000 + '") { id } }',
    "a deep text": "{ a" * 900 + " }" * 900,
    "a deeper text": "{ a" * 4000 + " }" * 4000,
    "a deep list": "{ customers(filter: {tags: " + "[" * 900 + "]" * 900 + "}) { totalCount } }",
    "a deep type": "query ($a: " + "[" * 900 + "Int" + "]" * 900 + ") { __typename }",
    "fields to be merged": "{ " + "viewer { permissions } " * 500 + "}",
    "pages to be merged": "{ " + "customers(first: 1) { nodes { id } } " * 300 + "}",
    "inline fragments to be merged": "{ " + "... on Query { viewer { permissions } } " * 500 + "}",
}  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE)
async def test_a_document_made_to_hold_it_up_is_refused_at_once(limited: Api, query: str) -> None:
    answer = await ask(limited, query)
    assert set(answer.codes) == {"QUERY_TOO_COMPLEX"}
    assert "data" not in answer.body


async def test_what_takes_too_much_to_validate_says_what_to_do(limited: Api) -> None:
    (error,) = (await ask(limited, f"{{ {'__typename ' * 1500} }}")).errors
    assert error["message"].endswith("repeat fewer fields and fragments.")


async def test_a_chain_of_fragments_costs_what_its_length_costs(database_url: str, data_dir: Path) -> None:
    """With as many tokens as it takes: a thousand fragments, each of which spreads the next."""
    async with served(database_url, data_dir, office.PARTNER, maximum_tokens=100_000) as api:
        await ask(api, "{ __typename }")
        for spreads in (1, 2, 9):
            assert (await ask(api, fragment_chain(1000, spreads))).codes == ["QUERY_TOO_COMPLEX"]


@pytest.mark.parametrize(
    "query",
    [
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "{ ...a } fragment a on Query { ...a }",
        "{ ...nowhere }",
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    ],
)
async def test_circles_and_missing_fragments_are_invalid(limited: Api, query: str) -> None:
    assert "BAD_USER_INPUT" in (await ask(limited, query)).codes


async def test_the_introspection_query_passes_however_deep(limited: Api) -> None:
    answer = await ask(limited, get_introspection_query(input_value_deprecation=True))
    assert len(answer.data["__schema"]["types"]) > 50


@pytest.mark.parametrize(
    "size",
    ["-1", "-2147483648", "101", "1000000", "null", '"ten"', "1.5", "[]", "{}", "$missing", "9" * 5000],
)
async def test_a_size_that_is_none_is_the_clients_mistake_or_the_default(limited: Api, size: str) -> None:
    answer = await ask(limited, f"{{ customers(first: {size}) {{ totalCount }} }}")
    assert set(answer.codes) <= {"BAD_USER_INPUT"}


async def test_each_operation_is_measured_by_itself(limited: Api) -> None:
    aliases = " ".join(f"a{n}: __typename" for n in range(31))
    document = f"query Small {{ __typename }} query Large {{ {aliases} }}"
    headers = {"Authorization": f"Bearer {limited.token(office.FULL)}"}
    body = {"query": document, "operationName": "Large"}
    response = await limited.client.post("/graphql", json=body, headers=headers)
    assert response.json()["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    response = await limited.client.post("/graphql", json=body | {"operationName": "Small"}, headers=headers)
    assert response.json()["data"] == {"__typename": "Query"}
