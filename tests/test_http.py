"""GraphQL over HTTP: media types, status codes, and every kind of request that is none."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests import office
from tests.http_requests import JSON, RESPONSE, code, get, post
from tests.server import Api, served


@pytest.fixture(scope="module")
async def api(database_url: str, data_dir: Path) -> AsyncIterator[Api]:
    await office.fill(database_url)
    async with served(database_url, data_dir, office.PARTNER, maximum_body_bytes=50_000) as api:
        yield api


# ---- what is answered -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (RESPONSE, RESPONSE),
        (f"{RESPONSE}, {JSON};q=0.9", RESPONSE),
        (f"{JSON}, {RESPONSE}", JSON),
        (f"{RESPONSE};q=0, {JSON}", JSON),
        (f"text/event-stream, {JSON}", JSON),  # what urql sends
        (f"{RESPONSE}; charset=utf-8", RESPONSE),
        (f"{RESPONSE};q=0.5, {JSON};q=0.9", JSON),
        (f"{JSON};q=0.5, {RESPONSE};q=0.9", RESPONSE),
        (f"{JSON};q=0.5, {RESPONSE}; charset=utf-8; q=1.000, */*;q=0.1", RESPONSE),
        (f"{RESPONSE}, */*", RESPONSE),
        (f"*/*, {RESPONSE}", JSON),
        (f"{RESPONSE};q=0.1, */*", JSON),
        (f"{JSON};q=0, */*", RESPONSE),
        (f"{JSON};q=0.000, application/*", RESPONSE),
        (f"{JSON};q=much", JSON),
    ],
)
async def test_the_answer_comes_in_a_media_type_that_is_accepted(
    api: Api, accept: str, answered: str
) -> None:
    response = await post(api, '{"query": "{ __typename }"}', Accept=accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{answered}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("accept", ["text/csv", f"{JSON};q=0", "*/*;q=0", "application/*;q=0, */*"])
async def test_an_answer_in_no_accepted_media_type_is_refused(api: Api, accept: str) -> None:
    response = await post(api, '{"query": "{ __typename }"}', Accept=accept)
    assert (response.status_code, code(response)) == (406, "BAD_USER_INPUT")


async def test_a_query_by_get(api: Api) -> None:
    query = "query Q($n: Int!) { customers(first: $n) { nodes { customerId } } }"
    response = await get(api, {"query": query, "variables": '{"n": 1}', "operationName": "Q"})
    assert response.json()["data"] == {"customers": {"nodes": [{"customerId": "c000"}]}}


async def test_a_mutation_by_get_is_refused_and_nothing_changes(api: Api) -> None:
    mutation = 'mutation { createTag(input: {name: "By GET"}) { userErrors { code } } }'
    response = await get(api, {"query": mutation})
    assert (response.status_code, code(response)) == (405, "BAD_USER_INPUT")
    assert response.headers["allow"] == "POST"
    found = await api.ask(office.FULL, '{ tags(search: "By GET") { totalCount } }')
    assert found.data == {"tags": {"totalCount": 0}}


async def test_of_several_operations_the_named_one_runs(api: Api) -> None:
    document = "query A { __typename } query B { viewer { partner { name } } }"
    answer = await post(api, f'{{"query": "{document}", "operationName": "B"}}')
    assert answer.json()["data"] == {"viewer": {"partner": {"name": office.PARTNER}}}
    for name in (None, "C", ""):
        unclear = json.dumps({"query": document, "operationName": name})
        for accept in (JSON, RESPONSE):
            response = await post(api, unclear, Accept=accept)
            assert (response.status_code, code(response)) == (400, "BAD_USER_INPUT")


async def test_a_subscription_by_post_is_told_to_use_a_websocket(api: Api) -> None:
    response = await post(api, '{"query": "subscription { dataImported { rows } }"}')
    assert response.status_code == 400
    assert "WebSocket" in response.json()["errors"][0]["message"]


async def test_an_answer_tells_what_it_cost(api: Api) -> None:
    response = await post(api, '{"query": "{ __typename }"}')
    timing = response.headers["server-timing"]
    assert 'desc="1 statements"' in timing  # who asks
    total, database = (float(found) for found in re.findall(r"dur=([\d.]+)", timing))
    assert 0 < database <= total


# ---- what is none ---------------------------------------------------------------------------------

BODIES: list[str | bytes] = [
    *("5", "null", '"x"', "true", "[]", "{}", "", "{", "[{}]", "\0"),
    b'{"query": "\xff"}',
    b"\xff\xfe{\0",
    '{"query": null}',
    '{"query": ""}',
    '{"query": 5}',
    '{"query": ["{ __typename }"]}',
    '{"query": "{ __typename }", "variables": []}',
    '{"query": "{ __typename }", "variables": "x"}',
    '{"query": "{ __typename }", "operationName": 5}',
    '{"query": "{ __typename }", "extensions": []}',
    "[" * 20_000,
    '{"query": "{ __typename }", "variables": {"v": ' + "[" * 10_000 + "]" * 10_000 + "}}",
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("accept", [JSON, RESPONSE])
async def test_a_body_that_holds_no_operation_is_refused(api: Api, body: str | bytes, accept: str) -> None:
    response = await post(api, body, Accept=accept)
    assert (response.status_code, code(response)) == (400, "BAD_USER_INPUT")
    assert response.headers["content-type"].startswith(accept)


@pytest.mark.parametrize(
    "parameters",
    [{}, {"query": ""}, {"query": "{ __typename }", "variables": "5"}, {"query": "{", "variables": "{"}],
)
async def test_a_get_that_holds_no_operation_is_refused(api: Api, parameters: dict[str, str]) -> None:
    response = await get(api, parameters, Accept=RESPONSE)
    assert (response.status_code, code(response)) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/graphql", "multipart/form-data"])
async def test_a_body_of_another_media_type_is_refused(api: Api, media_type: str) -> None:
    response = await post(api, '{"query": "{ __typename }"}', Content_Type=media_type)
    assert (response.status_code, code(response)) == (415, "BAD_USER_INPUT")


async def test_a_body_may_name_its_charset(api: Api) -> None:
    response = await post(api, '{"query": "{ __typename }"}', Content_Type=f"{JSON}; charset=UTF-8")
    assert response.status_code == 200


async def test_a_large_body_is_refused(api: Api) -> None:
    response = await post(api, '{"query": "{ __typename }", "x": "' + "x" * 50_000 + '"}')
    assert (response.status_code, code(response)) == (413, "BAD_USER_INPUT")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_other_methods_are_refused(api: Api, method: str) -> None:
    response = await api.client.request(method, "/graphql", headers={"Origin": "https://elsewhere.example"})
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert not [name for name in response.headers if name.startswith("access-control-")]


INVALID: list[tuple[str, dict[str, Any] | None]] = [
    ("{", None),
    ("# nothing", None),
    ("{ noSuchField }", None),
    ("query ($n: Int!) { customers(first: $n) { totalCount } }", None),
    ("query ($n: Int!) { customers(first: $n) { totalCount } }", {"n": "many"}),
    ("query ($n: Int!) { customers(first: $n) { totalCount } }", {"n": 1.5}),
    ('{ customers(first: "1") { totalCount } }', None),
    ("{ customers(orderBy: {field: NO_SUCH}) { totalCount } }", None),
    ("type Query { a: Int }", None),
    ("subscription { __typename }", None),
]


@pytest.mark.parametrize(("query", "variables"), INVALID)
async def test_an_operation_that_is_not_valid_is_refused_with_a_code(
    api: Api, query: str, variables: dict[str, Any] | None
) -> None:
    answer = await api.ask(office.FULL, query, variables)
    assert set(answer.codes) == {"BAD_USER_INPUT"}
    assert "data" not in answer.body


@pytest.mark.parametrize(
    "refused",
    [
        {"query": "{"},
        {"query": "{ noSuchField }"},
        {"query": "query ($n: Int!) { customers(first: $n) { totalCount } }"},
        {"query": "{ " + "__typename " * 2001 + "}"},
        {"documentId": "of none"},
    ],
)
async def test_a_refused_operation_is_400_in_the_newer_media_type_and_200_in_the_older(
    api: Api, refused: dict[str, Any]
) -> None:
    for accept, status in ((RESPONSE, 400), (JSON, 200), ("*/*", 200)):
        response = await post(api, json.dumps(refused), Accept=accept)
        assert response.status_code == status
        assert code(response) and "data" not in response.json()


async def test_a_field_that_fails_keeps_its_siblings(api: Api) -> None:
    answer = await api.ask(office.FULL, '{ node(id: "rubbish") { id } customers { totalCount } }')
    assert answer.body["data"] == {"node": None, "customers": {"totalCount": office.CUSTOMERS}}
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["path"] == ["node"]
