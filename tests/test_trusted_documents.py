"""Documents that a manifest trusts, sent by name over every way of asking, and who may send others."""

import json
from collections.abc import AsyncIterator
from hashlib import md5, sha1
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from server.settings import SettingsError, load_settings
from server.tokens import issue_token
from tests import office
from tests.documents import FOUND, OTHER, QUERY, RESPONSE, code, digest, get, persisted, post
from tests.server import Api, command, environment, served, serving
from tests.sockets import first, signed_in

CHANGES = "mutation Add($name: String!) { createTag(input: {name: $name}) { tag { name } } }"
IMPORTED = "subscription Told { dataImported { rows } }"


def of_relay(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def of_codegen(text: str) -> str:
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As relay-compiler names documents by default, by MD5; as graphql-codegen does, by SHA-1; and by SHA-256."""
    names = {of_relay(QUERY): QUERY, of_codegen(CHANGES): CHANGES, digest(IMPORTED): IMPORTED}
    path = tmp_path_factory.mktemp("manifest") / "persisted.json"
    path.write_text(json.dumps(names, indent=2))
    return path


@pytest.fixture
async def trusting(database_url: str, data_dir: Path, manifest: Path) -> AsyncIterator[Api]:
    await office.fill(database_url)
    async with served(database_url, data_dir, office.PARTNER, trusted_documents=manifest) as api:
        yield api


@pytest.mark.parametrize("name", ["documentId", "id", "doc_id"])
@pytest.mark.parametrize("ask", [post, get])
async def test_everyone_may_run_a_trusted_document_by_its_name(trusting: Api, ask: Any, name: str) -> None:
    response = await ask(trusting, office.DESK, **{name: of_relay(QUERY)}, variables={"n": 1})
    assert response.json()["data"] == FOUND


async def test_the_name_may_come_as_apollos_hash_and_the_text_beside_it(trusting: Api) -> None:
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": of_relay(QUERY)}}
    for body in ({}, {"query": QUERY}):
        response = await post(trusting, office.DESK, extensions=extensions, variables={"n": 1}, **body)
        assert response.json()["data"] == FOUND
    response = await post(trusting, office.DESK, query=QUERY, variables={"n": 1})
    assert response.json()["data"] == FOUND


async def test_what_is_ad_hoc_needs_a_role_that_may(trusting: Api) -> None:
    for sent in ({"query": OTHER}, {"query": OTHER, "extensions": persisted(OTHER)}):
        response = await post(trusting, office.DESK, **sent)
        assert code(response) == "FORBIDDEN"
        assert code(await get(trusting, office.ASSIGNED, **sent)) == "FORBIDDEN"
    assert code(await post(trusting, office.DESK, extensions=persisted(OTHER))) == "PERSISTED_QUERY_NOT_FOUND"
    assert code(await post(trusting, office.DESK, query=f"{QUERY} ")) == "FORBIDDEN"
    masked = {"query": OTHER, "documentId": of_relay(QUERY)}
    assert code(await post(trusting, office.DESK, **masked)) == "FORBIDDEN"

    assert (await post(trusting, office.FULL, query=OTHER, extensions=persisted(OTHER))).json()["data"]
    assert code(await post(trusting, office.DESK, extensions=persisted(OTHER))) == "FORBIDDEN"
    response = await post(trusting, office.DESK, accept=RESPONSE, query=OTHER)
    assert (response.status_code, code(response)) == (400, "FORBIDDEN")


async def test_a_trusted_mutation_gives_no_right_to_change(trusting: Api) -> None:
    sent: dict[str, Any] = {"documentId": of_codegen(CHANGES), "variables": {"name": "By a trusted document"}}
    response = await post(trusting, office.FULL, **sent)
    assert response.json()["data"] == {"createTag": {"tag": {"name": "By a trusted document"}}}
    refused = await post(trusting, office.DESK, **sent)
    assert refused.json()["data"] == {"createTag": {"tag": None}}
    assert (await get(trusting, office.FULL, **sent)).status_code == 405


async def test_the_roles_are_a_setting(database_url: str, data_dir: Path, manifest: Path) -> None:
    settings: dict[str, Any] = {"trusted_documents": manifest, "ad_hoc_roles": ["HELP_DESK_ADMIN"]}
    async with served(database_url, data_dir, office.PARTNER, **settings) as api:
        assert (await post(api, office.DESK, query=OTHER)).json()["data"]
        assert code(await post(api, office.FULL, query=OTHER)) == "FORBIDDEN"
    async with served(database_url, data_dir, office.PARTNER, **settings | {"ad_hoc_roles": []}) as api:
        assert code(await post(api, office.DESK, query=OTHER)) == "FORBIDDEN"


async def test_limits_hold_for_trusted_documents_too(
    database_url: str, data_dir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "persisted.json"
    path.write_text(json.dumps({"deep": "{ viewer { partner { name } } }", "old": "{ noLongerThere }"}))
    settings: dict[str, Any] = {"trusted_documents": path, "maximum_depth": 2}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        assert code(await post(api, documentId="deep")) == "QUERY_TOO_COMPLEX"
        assert code(await post(api, documentId="old")) == "BAD_USER_INPUT"
    assert "the trusted document deep cannot be run: The operation nests" in caplog.text
    assert "the trusted document old cannot be run: Cannot query field" in caplog.text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "is not valid JSON"),
        ("[]", "has to be a JSON object of documents by their names"),
        ('{"a": 5}', "a is not a text"),
        ('{"a": "{"}', "a is no GraphQL document: Syntax Error: Expected Name, found <EOF>."),
    ],
)
async def test_a_manifest_that_cannot_be_used_ends_the_start_with_a_reason(
    database_url: str, data_dir: Path, tmp_path: Path, content: str | None, reason: str
) -> None:
    path = tmp_path / "persisted.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match="PARTNERHUB_TRUSTED_DOCUMENTS: ") as error:
        async with served(database_url, data_dir, trusted_documents=path):
            pass
    assert reason in str(error.value)
    if content in (None, "[]"):
        env = environment(database_url, data_dir, PARTNERHUB_TRUSTED_DOCUMENTS=str(path))
        done = command("serve", env=env, cwd=tmp_path, check=False)
        assert done.returncode == 1
        assert reason in done.stderr and "Traceback" not in done.stderr


# ---- over a WebSocket and server-sent events ------------------------------------------------------


@pytest.fixture(scope="module")
async def address(
    fresh: str, data_dir: Path, manifest: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    env = environment(fresh, data_dir, PARTNERHUB_TRUSTED_DOCUMENTS=str(manifest))
    with serving("serve", env=env, cwd=tmp_path_factory.mktemp("trusting")) as address:
        yield address


@pytest.fixture(scope="module")
async def fresh(database_url: str) -> str:
    await office.fill(database_url)
    return database_url


def token(data_dir: Path, email: str) -> str:
    return issue_token(load_settings(data_dir=data_dir), partner=office.PARTNER, email=email, seconds=3600)


async def by_socket(address: str, token: str, **payload: Any) -> Any:
    """The first message that comes for an operation."""
    async with signed_in(address, token) as socket:
        return await first(socket, **payload)


async def test_over_a_socket(address: str, data_dir: Path) -> None:
    desk, full = token(data_dir, office.DESK), token(data_dir, office.FULL)
    found = await by_socket(address, desk, documentId=of_relay(QUERY), variables={"n": 1})
    assert (found["type"], found["payload"]["data"]) == ("next", FOUND)
    apollo = {"persistedQuery": {"version": 1, "sha256Hash": of_relay(QUERY)}}
    found = await by_socket(address, desk, extensions=apollo, variables={"n": 1})
    assert found["payload"]["data"] == FOUND

    for payload, expected in (
        ({"query": OTHER}, "FORBIDDEN"),
        ({"query": "subscription { dataImported { tables } }"}, "FORBIDDEN"),
        ({"extensions": persisted(OTHER)}, "PERSISTED_QUERY_NOT_FOUND"),
    ):
        refused = await by_socket(address, desk, **payload)
        assert refused["type"] == "error"
        assert [error["extensions"]["code"] for error in refused["payload"]] == [expected]

    found = await by_socket(address, full, query=OTHER, extensions=persisted(OTHER))
    assert found["type"] == "next"
    refused = await by_socket(address, desk, extensions=persisted(OTHER))
    assert refused["payload"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("payload", [{}, {"documentId": 5}, {"extensions": {"persistedQuery": 5}}])
async def test_a_message_that_names_no_document_closes_the_socket(
    address: str, data_dir: Path, payload: Any
) -> None:
    with pytest.raises(ConnectionClosed):
        await by_socket(address, token(data_dir, office.DESK), **payload)


async def test_over_server_sent_events(address: str, data_dir: Path) -> None:
    headers = {"Authorization": f"Bearer {token(data_dir, office.DESK)}", "Accept": "text/event-stream"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as http:
        body = {"documentId": of_relay(QUERY), "variables": {"n": 1}}
        answered = await http.post("/graphql", json=body)
        assert json.dumps(FOUND, separators=(",", ":")) in answered.text

        for refused, expected in (
            ({"query": IMPORTED + " "}, "FORBIDDEN"),
            ({"extensions": persisted("{ unheardOf }")}, "PERSISTED_QUERY_NOT_FOUND"),
        ):
            response = await http.post("/graphql", json=refused)
            assert response.headers["content-type"].startswith("text/event-stream")
            _ping, event, complete, _end = response.text.split("\n\n")
            (error,) = json.loads(event.removeprefix("event: next\ndata: "))["errors"]
            assert (error["extensions"]["code"], complete) == (expected, "event: complete\ndata:")

        async with http.stream("POST", "/graphql", json={"documentId": digest(IMPORTED)}) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            assert await anext(response.aiter_lines()) == ":"
