"""What stands beside the GraphQL answers: the page, other paths, health and metrics."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import office
from tests.http_requests import code, get
from tests.scrape import counted
from tests.server import Api, served


@pytest.fixture(scope="module")
async def api(database_url: str, data_dir: Path) -> AsyncIterator[Api]:
    await office.fill(database_url)
    async with served(database_url, data_dir, office.PARTNER) as api:
        yield api


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
