"""GraphQL over HTTP: media types, status codes, and every kind of request that is none."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests import office
from tests.scrape import counted
from tests.server import Api, served

JSON = "application/json"
RESPONSE = "application/graphql-response+json"


@pytest.fixture(scope="module")
async def api(database_url: str, data_dir: Path) -> AsyncIterator[Api]:
    await office.fill(database_url)
    async with served(database_url, data_dir, office.PARTNER, maximum_body_bytes=50_000) as api:
        yield api


async def post(api: Api, content: str | bytes, **headers: str) -> httpx.Response:
    given = {"Content-Type": JSON, "Authorization": f"Bearer {api.token(office.FULL)}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return await api.client.post("/graphql", content=content, headers=given)


async def get(api: Api, parameters: dict[str, str], **headers: str) -> httpx.Response:
    given = {"Authorization": f"Bearer {api.token(office.FULL)}"} | headers
    return await api.client.get(f"/graphql?{urlencode(parameters)}", headers=given)


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return str(error["extensions"]["code"])


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
    assert 'desc="1 statements"' in response.headers["server-timing"]  # who asks


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


# ---- what stands beside ---------------------------------------------------------------------------


async def test_a_browser_gets_graphiql_without_a_token(api: Api) -> None:
    accept = "text/html,application/xhtml+xml,*/*;q=0.8"
    response = await api.client.get("/graphql", headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_browser_that_asks_gets_json(api: Api) -> None:
    for accept in ("text/html, */*", "application/json, text/html"):
        response = await get(api, {"query": "{ __typename }"}, Accept=accept)
        assert response.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("accept", ["text/html;q=0, */*", "text/html; q=0.0, application/json", "*/*"])
async def test_who_does_not_take_html_gets_no_page(api: Api, accept: str) -> None:
    response = await get(api, {}, Accept=accept)
    assert (response.status_code, code(response)) == (400, "BAD_USER_INPUT")


async def test_the_root_leads_to_the_page(api: Api) -> None:
    response = await api.client.get("/")
    assert (response.status_code, response.headers["location"]) == (307, "/graphql")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("query", ["", "?query=%7B__typename%7D&variables=%7B%7D"])
async def test_a_slash_too_many_leads_to_the_same_scheme_and_host(api: Api, method: str, query: str) -> None:
    response = await api.client.request(method, f"/graphql/{query}")
    assert (response.status_code, response.headers["location"]) == (307, f"/graphql{query}")


async def test_alive_and_ready(api: Api) -> None:
    for path, status in (("/healthz", "alive"), ("/readyz", "ready")):
        response = await api.client.get(path)
        assert (response.status_code, response.json()) == (200, {"status": status})


async def test_not_ready_while_the_schema_is_behind_or_ahead(fresh_database_url: str, data_dir: Path) -> None:
    async with served(fresh_database_url, data_dir) as api:
        row = "('models', '9999_later', now())"
        await office.run_sql(
            fresh_database_url, f"INSERT INTO tortoise_migrations (app, name, applied_at) VALUES {row}"
        )
        ahead = await api.client.get("/readyz")
        await office.run_sql(
            fresh_database_url,
            "DELETE FROM tortoise_migrations"
            " WHERE name = (SELECT max(name) FROM tortoise_migrations) OR name = '9999_later'",
        )
        await office.run_sql(
            fresh_database_url,
            "DELETE FROM tortoise_migrations WHERE name = (SELECT max(name) FROM tortoise_migrations)",
        )
        behind = await api.client.get("/readyz")
        alive = await api.client.get("/healthz")
    assert (ahead.status_code, behind.status_code, alive.status_code) == (503, 503, 200)
    assert ahead.json() == behind.json() == {"status": "not ready"}


async def test_metrics_count_operations_by_outcome(api: Api) -> None:
    async def ended(outcome: str) -> float:
        return counted(
            (await api.client.get("/metrics")).text, "partnerhub_operations_total", outcome=outcome
        )

    before = [await ended(outcome) for outcome in ("ok", "bad_user_input", "unauthenticated")]
    await api.ask(office.FULL, "{ customers { totalCount } }")
    await api.ask(office.FULL, "{ noSuchField }")
    await api.client.post("/graphql", json={"query": "{ __typename }"})
    after = [await ended(outcome) for outcome in ("ok", "bad_user_input", "unauthenticated")]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1]
    text = (await api.client.get("/metrics")).text
    assert "partnerhub_operation_seconds_bucket" in text
    assert "partnerhub_sql_statements_total" in text
