"""Documents that clients register by Apollo's protocol and send by their hash from then on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from models.enums import PartnerRole
from resolvers.viewer import Viewer
from server.persisted import Persisted, PersistedQueryNotFound, Sent
from tests import office
from tests.documents import FOUND, OTHER, QUERY, RESPONSE, code, digest, get, persisted, post
from tests.server import Api, served


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


async def test_a_hash_is_read_in_its_extension_alone(api: Api) -> None:
    await post(api, query=OTHER, extensions=persisted(OTHER))
    response = await post(api, sha256Hash=digest(OTHER))
    assert (response.status_code, code(response)) == (400, "BAD_USER_INPUT")


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
