"""Documents sent by name: registered by Apollo's protocol, or trusted by a manifest, over every way of asking."""

import json
from collections.abc import AsyncIterator
from hashlib import md5, sha1, sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from models.enums import PartnerRole
from resolvers.viewer import Viewer
from server.persisted import Persisted, PersistedQueryNotFound, Sent
from server.settings import SettingsError, load_settings
from server.tokens import issue_token
from tests import office
from tests.server import Api, command, environment, served, serving
from tests.sockets import first, signed_in

QUERY = "query Named($n: Int) { customers(first: $n) { nodes { customerId } } }"
FOUND = {"customers": {"nodes": [{"customerId": "c000"}]}}
OTHER = "{ viewer { partner { name } } }"
JSON, RESPONSE = "application/json", "application/graphql-response+json"


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def persisted(text: str, version: int = 1) -> dict[str, Any]:
    return {"persistedQuery": {"version": version, "sha256Hash": digest(text)}}


async def post(api: Api, email: str = office.FULL, accept: str = JSON, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {api.token(email)}", "Accept": accept}
    return await api.client.post("/graphql", json=body, headers=headers)


async def get(api: Api, email: str = office.FULL, **parameters: Any) -> httpx.Response:
    texts = {name: v if isinstance(v, str) else json.dumps(v) for name, v in parameters.items()}
    headers = {"Authorization": f"Bearer {api.token(email)}"}
    return await api.client.get(f"/graphql?{urlencode(texts)}", headers=headers)


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    assert "data" not in response.json()
    return str(error["extensions"]["code"])


# ---- automatic persisted queries ------------------------------------------------------------------


@pytest.fixture
async def api(database_url: str, data_dir: Path) -> AsyncIterator[Api]:
    await office.fill(database_url)
    async with served(database_url, data_dir, office.PARTNER, roomy=False) as api:
        yield api


@pytest.mark.parametrize("ask", [post, get])
async def test_a_text_is_sent_once_and_its_hash_from_then_on(api: Api, ask: Any) -> None:
    variables = {"n": 1}
    missing = await ask(api, extensions=persisted(QUERY), variables=variables)
    assert (missing.status_code, code(missing)) == (200, "PERSISTED_QUERY_NOT_FOUND")
    assert missing.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    given = await ask(api, query=QUERY, extensions=persisted(QUERY), variables=variables)
    assert given.json()["data"] == FOUND
    for _ in range(2):
        again = await ask(api, extensions=persisted(QUERY), variables=variables, operationName="Named")
        assert again.json()["data"] == FOUND
    by_id = await ask(api, documentId=f"sha256:{digest(QUERY)}", variables=variables)
    assert by_id.json()["data"] == FOUND


async def test_what_is_not_found_is_an_error_of_the_request_in_the_newer_media_type(api: Api) -> None:
    response = await post(api, accept=RESPONSE, extensions=persisted(QUERY))
    assert (response.status_code, code(response)) == (400, "PERSISTED_QUERY_NOT_FOUND")


async def test_a_hash_that_is_not_the_texts_registers_nothing(api: Api) -> None:
    response = await post(api, query=OTHER, extensions=persisted(QUERY))
    assert code(response) == "BAD_USER_INPUT"
    assert code(await post(api, extensions=persisted(QUERY))) == "PERSISTED_QUERY_NOT_FOUND"
    assert code(await post(api, extensions=persisted(OTHER))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_mutation_by_its_hash_is_refused_by_get(api: Api) -> None:
    mutation = 'mutation { createTag(input: {name: "By hash"}) { tag { name } } }'
    assert code(await get(api, query=mutation, extensions=persisted(mutation))) == "BAD_USER_INPUT"
    response = await get(api, extensions=persisted(mutation))
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    done = await post(api, extensions=persisted(mutation))
    assert done.json()["data"] == {"createTag": {"tag": {"name": "By hash"}}}


@pytest.mark.parametrize(
    "extensions",
    [
        {"persistedQuery": 5},
        {"persistedQuery": {}},
        {"persistedQuery": {"version": 1}},
        {"persistedQuery": {"version": 2, "sha256Hash": digest(OTHER)}},
        {"persistedQuery": {"version": 1, "sha256Hash": 5}},
        {"persistedQuery": {"version": 1, "sha256Hash": ""}},
        {"persistedQuery": [1]},
        {},
    ],
)
async def test_extensions_of_no_known_form_are_refused(api: Api, extensions: Any) -> None:
    response = await post(api, extensions=extensions)
    assert (response.status_code, code(response)) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("name", ["documentId", "id", "doc_id"])
async def test_names_of_no_document_are_not_found(api: Api, name: str) -> None:
    for value, expected in (
        ("none", "PERSISTED_QUERY_NOT_FOUND"),
        (5, "BAD_USER_INPUT"),
        ("", "BAD_USER_INPUT"),
    ):
        body: dict[str, Any] = {name: value}
        assert code(await post(api, **body)) == expected


async def test_without_a_token_nothing_is_told_of_what_is_registered(api: Api) -> None:
    await post(api, query=OTHER, extensions=persisted(OTHER))
    for text in (QUERY, OTHER):
        response = await api.client.post("/graphql", json={"extensions": persisted(text)})
        assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")


async def test_so_many_are_remembered_and_those_used_last(database_url: str, data_dir: Path) -> None:
    texts = [f"{{ a{n}: __typename }}" for n in range(4)]
    async with served(database_url, data_dir, office.PARTNER, registered_documents=3) as api:
        for text in texts[:3]:
            await post(api, query=text, extensions=persisted(text))
        assert (await post(api, extensions=persisted(texts[0]))).json()["data"]
        await post(api, query=texts[3], extensions=persisted(texts[3]))
        known = [(await post(api, extensions=persisted(text))).json().get("data") for text in texts]
    assert [bool(data) for data in known] == [True, False, True, True]


async def test_where_none_are_remembered_clients_are_told_to_send_texts(
    database_url: str, data_dir: Path
) -> None:
    async with served(database_url, data_dir, office.PARTNER, registered_documents=0) as api:
        assert (await post(api, query=OTHER, extensions=persisted(OTHER))).json()["data"]
        response = await post(api, extensions=persisted(OTHER))
        assert code(response) == "PERSISTED_QUERY_NOT_SUPPORTED"
        assert response.json()["errors"][0]["message"] == "PersistedQueryNotSupported"


def test_texts_are_bounded_by_their_length_too() -> None:
    persisted = Persisted(None, (), 1000)
    viewer = Viewer(1, 1, frozenset(PartnerRole))
    texts = [f"# {n} {'x' * 900_000}" for n in range(30)]
    for text in texts:
        persisted.text(Sent(text, None, digest(text)), viewer)
    assert len(persisted) == 11
    assert persisted.text(Sent(sha256=digest(texts[-1])), viewer) == texts[-1]
    with pytest.raises(PersistedQueryNotFound):
        persisted.text(Sent(sha256=digest(texts[0])), viewer)


# ---- trusted documents ----------------------------------------------------------------------------

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

        refused = await http.post("/graphql", json={"query": IMPORTED + " "})
        assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"

        async with http.stream("POST", "/graphql", json={"documentId": digest(IMPORTED)}) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            assert await anext(response.aiter_lines()) == ":"
