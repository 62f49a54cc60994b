"""What browsers are told: strict headers on every answer, and which pages of other origins may ask."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from server.settings import SettingsError, load_settings
from tests import office
from tests.server import Api, environment, served, serving

PORTAL, ELSEWHERE = "https://portal.example", "https://elsewhere.example"


@pytest.fixture(scope="module")
async def api(database_url: str, data_dir: Path) -> AsyncIterator[Api]:
    """The service with one origin that may ask."""
    await office.fill(database_url)
    async with served(database_url, data_dir, office.PARTNER, cors_origins=[PORTAL]) as api:
        yield api


PATHS = ["/graphql?query={__typename}", "/graphql", "/healthz", "/readyz", "/metrics", "/", "/nowhere"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
async def test_every_answer_is_strict(api: Api, path: str, accept: str) -> None:
    for signed in (True, False):
        headers = {"Accept": accept} | (
            {"Authorization": f"Bearer {api.token(office.FULL)}"} if signed else {}
        )
        response = await api.client.get(path, headers=headers)
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        if "html" not in response.headers.get("content-type", ""):
            assert response.headers["cache-control"] == "no-store"
            assert "script-src" not in policy
        else:
            assert response.headers["cross-origin-opener-policy"] == "same-origin"


async def preflight(
    api: Api, origin: str, method: str = "POST", header: str = "authorization, content-type"
) -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": header,
    }
    return await api.client.options("/graphql", headers=headers)


async def test_a_page_of_a_listed_origin_may_ask(api: Api) -> None:
    asked = await preflight(api, PORTAL)
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == PORTAL
    assert {"GET", "POST"} == set(asked.headers["access-control-allow-methods"].split(", "))
    assert "authorization" in asked.headers["access-control-allow-headers"].lower()
    answer = await api.ask(office.FULL, "{ __typename }", origin=PORTAL)
    assert answer.headers["access-control-allow-origin"] == PORTAL
    assert "Origin" in answer.headers["vary"]
    assert "Retry-After" in answer.headers["access-control-expose-headers"]
    for headers in (asked.headers, answer.headers):
        assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize("name", ["idempotency-key", "traceparent", "tracestate", "x-request-id"])
async def test_it_may_send_what_the_service_reads(api: Api, name: str) -> None:
    asked = await preflight(api, PORTAL, header=f"authorization, content-type, {name}")
    assert asked.status_code == 200


async def test_a_page_of_another_origin_may_not(api: Api) -> None:
    asked = await preflight(api, ELSEWHERE)
    assert asked.status_code == 400
    assert "access-control-allow-origin" not in asked.headers
    answer = await api.ask(office.FULL, "{ __typename }", origin=ELSEWHERE)
    assert "access-control-allow-origin" not in answer.headers
    for method, header in (("DELETE", "authorization"), ("POST", "x-unheard-of")):
        assert (await preflight(api, PORTAL, method, header)).status_code == 400


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/"])
async def test_only_the_api_is_open_to_them(api: Api, path: str) -> None:
    response = await api.client.get(path, headers={"Origin": PORTAL})
    assert "access-control-allow-origin" not in response.headers


async def test_errors_can_be_read_by_them_too(api: Api) -> None:
    response = await api.client.post("/graphql", content="{", headers={"Origin": PORTAL})
    assert response.status_code == 401
    assert response.headers["access-control-allow-origin"] == PORTAL


async def test_all_origins_and_still_no_credentials(database_url: str, data_dir: Path) -> None:
    async with served(database_url, data_dir, office.PARTNER, cors_origins=["*"]) as api:
        asked = await preflight(api, ELSEWHERE)
        answer = await api.ask(office.FULL, "{ __typename }", origin=ELSEWHERE, cookie="a=b")
    for headers in (asked.headers, answer.headers):
        assert headers["access-control-allow-origin"] in ("*", ELSEWHERE)
        assert "access-control-allow-credentials" not in headers


async def test_none_by_default(database_url: str, data_dir: Path) -> None:
    async with served(database_url, data_dir, office.PARTNER) as api:
        assert (await preflight(api, PORTAL)).status_code == 405
        answer = await api.ask(office.FULL, "{ __typename }", origin=PORTAL)
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "origin", ["portal.example", "https://portal.example/", "https://*.example", "null", ""]
)
def test_an_origin_is_a_scheme_and_a_host(origin: str) -> None:
    with pytest.raises(SettingsError, match="PARTNERHUB_CORS_ORIGINS"):
        load_settings(cors_origins=[origin])


async def test_sockets_go_by_the_same_list(database_url: str, data_dir: Path, tmp_path: Path) -> None:
    env = environment(database_url, data_dir, PARTNERHUB_CORS_ORIGINS=f'["{PORTAL}"]')
    with serving("serve", env=env, cwd=tmp_path) as address:
        url = address.replace("http", "ws", 1) + "/graphql"
        protocols = [Subprotocol("graphql-transport-ws")]
        async with asyncio.timeout(30), connect(url, subprotocols=protocols, origin=Origin(PORTAL)) as socket:
            assert socket.subprotocol == protocols[0]
        with pytest.raises(InvalidStatus):
            async with connect(url, subprotocols=protocols, origin=Origin(ELSEWHERE)):
                pass


FORMS = {
    "a form": {"Content-Type": "application/x-www-form-urlencoded"},
    "a form with files": {"Content-Type": "multipart/form-data; boundary=x"},
    "a text": {"Content-Type": "text/plain"},
    "no type": {},
}


@pytest.mark.parametrize("headers", FORMS.values(), ids=FORMS)
async def test_what_a_page_may_send_without_asking_first_changes_nothing(
    api: Api, headers: dict[str, str]
) -> None:
    """A form's or a script's simple request: of a type that is refused, and never with the viewer's token."""
    body = '{"query": "mutation { createTag(input: {name: \\"Forged\\"}) { tag { id } } }"}'
    signed = {"Authorization": f"Bearer {api.token(office.FULL)}"}
    response = await api.client.post("/graphql", content=body, headers=headers | signed)
    assert response.status_code == 415
    cookie = {"Cookie": f"Authorization=Bearer {api.token(office.FULL)}"}
    response = await api.client.post(
        "/graphql", content=body, headers={"Content-Type": "application/json"} | cookie
    )
    assert response.status_code == 401
    found = await api.ask(office.FULL, '{ tags(search: "Forged") { totalCount } }')
    assert found.data == {"tags": {"totalCount": 0}}
