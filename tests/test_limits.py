"""What an operation may ask for at most, and that telling so costs next to nothing."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query

from tests import office
from tests.server import Answer, Api, served


@pytest.fixture(scope="module")
async def api(database_url: str, data_dir: Path) -> AsyncIterator[Api]:
    await office.fill(database_url)
    async with served(database_url, data_dir, office.PARTNER) as api:
        yield api


async def ask(api: Api, query: str, variables: dict[str, Any] | None = None) -> Answer:
    started = time.perf_counter()
    answer = await api.ask(office.FULL, query, variables)
    assert time.perf_counter() - started < 1, "an answer that refuses has to be quick"
    return answer


def fragment_chain(length: int, spreads: int) -> str:
    """Each fragment spreads the next one several times."""
    last = f"fragment f{length} on Query {{ __typename }}"
    links = [f"fragment f{n} on Query {{ {' '.join([f'...f{n + 1}'] * spreads)} }}" for n in range(length)]
    return " ".join(["{ ...f0 }", *links, last])


def nested_pages(levels: int, size: int) -> str:
    inner = "{ totalCount }"
    for _ in range(levels):
        inner = f"{{ nodes {{ tags {{ customers(first: {size}) {inner} }} }} }}"
    return f"{{ customers(first: {size}) {inner} }}"


MANY = " ".join(f"a{n}: __typename" for n in range(2001))
TOO_COMPLEX = {
    "deep": "{ customers { nodes " + "{ tags { customers { nodes " * 8 + "{ id }" + " } } }" * 8 + " } }",
    "wide": "{ " + "__typename " * 2001 + "}",
    "aliases": f"{{ {MANY} }}",
    "aliases in a fragment": f"{{ ...f }} fragment f on Query {{ {MANY} }}",
    "exponential fragments": fragment_chain(24, 2),
    "exponential fragments, wider": fragment_chain(300, 9),
    "a long chain of fragments": fragment_chain(1500, 1),
    "a page of a size beyond integers": "{ customers(first: " + "9" * 5000 + ") { totalCount } }",
    "pages in pages": nested_pages(2, 1000),
    "many pages in pages": nested_pages(5, 1000),
    "from the end": nested_pages(2, 1000).replace("first:", "first: null, last:"),
    "the whole schema over and over": f"{{ {' '.join(f'a{n}: __schema {{ types {{ name }} }}' for n in range(11))} }}",
    "tokens": '{ node(id: "' + '") { id } b: node(id: "' * 3000 + '") { id } }',
    "a deep text": "{ a" * 900 + " }" * 900,
    "a deep list": "{ customers(filter: {tags: " + "[" * 900 + "]" * 900 + "}) { totalCount } }",
}  # fmt: skip


@pytest.mark.parametrize("query", TOO_COMPLEX.values(), ids=TOO_COMPLEX)
async def test_an_operation_that_asks_for_too_much_is_refused(api: Api, query: str) -> None:
    answer = await ask(api, query)
    assert answer.codes == ["QUERY_TOO_COMPLEX"]
    assert "data" not in answer.body


async def test_the_shortest_exponential_document_is_refused_quickly(api: Api) -> None:
    query = fragment_chain(22, 2)
    assert len(query) < 900
    started = time.perf_counter()
    assert (await ask(api, query)).codes == ["QUERY_TOO_COMPLEX"]
    assert time.perf_counter() - started < 0.3


@pytest.mark.parametrize(
    "query",
    [
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "{ ...a } fragment a on Query { ...a }",
        "{ ...nowhere }",
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    ],
)
async def test_circles_and_missing_fragments_are_invalid(api: Api, query: str) -> None:
    assert "BAD_USER_INPUT" in (await ask(api, query)).codes


async def test_the_introspection_query_passes(api: Api) -> None:
    answer = await ask(api, get_introspection_query(input_value_deprecation=True))
    assert len(answer.data["__schema"]["types"]) > 50


PAGES = "query ($n: Int = 1000, $m: Int) { customers(first: $n) { nodes { subscriptions(first: $m) { totalCount } } } }"


@pytest.mark.parametrize(
    ("variables", "refused"),
    [
        ({"n": 1000, "m": 1000}, True),
        ({"n": 1000.0, "m": 1000.0}, True),  # GraphQL takes whole floats for integers
        ({"m": 1000}, True),
        ({"n": 10, "m": 1000}, False),
        ({"n": 10}, False),
        ({"n": None, "m": None}, False),
    ],
)
async def test_sizes_by_variables_count(api: Api, variables: dict[str, Any], refused: bool) -> None:
    answer = await ask(api, PAGES, variables)
    assert (answer.codes == ["QUERY_TOO_COMPLEX"]) == refused, answer.body


async def test_lists_of_ids_count_as_rows(api: Api) -> None:
    below = "... on Customer { subscriptions(first: 1000) { totalCount } }"
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {below} }} }}"
    assert (await ask(api, query, {"ids": ["x"] * 500})).codes == ["QUERY_TOO_COMPLEX"]


@pytest.mark.parametrize(
    "size", ["-1", "-2147483648", "1001", "1000000", "null", '"ten"', "1.5", "[]", "{}", "$missing"]
)
async def test_a_size_that_is_none_is_the_clients_mistake_or_the_default(api: Api, size: str) -> None:
    answer = await ask(api, f"{{ customers(first: {size}) {{ totalCount }} }}")
    assert set(answer.codes) <= {"BAD_USER_INPUT"}


async def test_each_operation_is_measured_by_itself(api: Api) -> None:
    document = f"query Small {{ __typename }} query Large {{ {MANY} }}"
    headers = {"Authorization": f"Bearer {api.token(office.FULL)}"}
    body = {"query": document, "operationName": "Large"}
    response = await api.client.post("/graphql", json=body, headers=headers)
    assert response.json()["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    response = await api.client.post("/graphql", json=body | {"operationName": "Small"}, headers=headers)
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_the_maxima_are_settings(database_url: str, data_dir: Path) -> None:
    small = {"maximum_depth": 3, "maximum_fields": 5, "maximum_rows": 10, "default_page_size": 5}
    async with served(database_url, data_dir, office.PARTNER, **small) as api:
        for query in (
            "{ viewer { partner { ownOrganization { state } } } }",
            "{ a: __typename b: __typename c: __typename d: __typename e: __typename f: __typename }",
            "{ customers(first: 11) { totalCount } }",
            "{ a: customers { nodes { id } } b: customers { nodes { id } } c: customers { totalCount } }",
        ):
            assert (await ask(api, query)).codes == ["QUERY_TOO_COMPLEX"]
        answer = await ask(api, "{ customers { nodes { id } } }")
        assert len(answer.data["customers"]["nodes"]) == 5
