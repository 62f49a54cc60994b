"""Who learns what the schema holds: whoever is signed in and may, and no stranger."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    build_schema,
    get_introspection_query,
    is_introspection_type,
)
from graphql.type import is_interface_type, is_object_type
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as connect_socket

from server.settings import SettingsError, load_settings
from tests import office
from tests.conftest import LiveServer
from tests.limits import holding_nobody_up
from tests.server import Api, served

ROOT = Path(__file__).parent.parent
WHOLE = get_introspection_query()
TYPE = '{ __type(name: "Customer") { fields { name } } }'
HIDDEN = "query Q { ...F } fragment F on Query { s: __schema { types { name } } }"
MISSPELT = [
    "{ custommers { totalCount } }",
    "{ customers(frist: 1) { totalCount } }",
    "{ customers(orderBy: {field: URGENSY}) { totalCount } }",
    "{ customers { totalCount } ... on Qery { tags { totalCount } } }",
]
BY_VARIABLE = (
    "query Q($order: CustomerOrder) { customers(orderBy: $order) { totalCount } }",
    {"order": {"feild": "NAME"}},
)


@pytest.fixture(scope="module")
async def database(database_url: str) -> str:
    await office.fill(database_url)
    return database_url


@pytest.fixture(scope="module")
async def api(database: str, data_dir: Path) -> AsyncIterator[Api]:
    async with served(database, data_dir, office.PARTNER) as api:
        yield api


async def test_whoever_is_signed_in_may_ask(api: Api) -> None:
    for query in (WHOLE, TYPE, HIDDEN):
        assert (await api.ask(office.ASSIGNED, query)).data
    for query in MISSPELT[:3]:
        assert "Did you mean" in (await api.ask(office.ASSIGNED, query)).errors[0]["message"], query


@pytest.mark.parametrize(
    ("setting", "may"),
    [
        ("off", set()),
        ("PARTNER_FULL_ADMIN", {office.FULL}),
        ("HELP_DESK_ADMIN,PARTNER_ADMIN", {office.ASSIGNED}),
        ("everyone", {office.FULL, office.ASSIGNED}),
    ],
)
async def test_it_is_open_to_those_who_are_set(
    database: str, data_dir: Path, setting: str, may: set[str]
) -> None:
    async with served(database, data_dir, office.PARTNER, introspection=setting) as api:
        for email in (office.FULL, office.ASSIGNED):
            for query in (WHOLE, TYPE, HIDDEN):
                answer = await api.ask(email, query)
                if email in may:
                    assert answer.data
                else:
                    assert answer.codes == ["FORBIDDEN"]
                    assert "data" not in answer.body
            suggested = [
                "Did you mean" in error["message"]
                for query, variables in (*((query, None) for query in MISSPELT), BY_VARIABLE)
                for error in (await api.ask(email, query, variables)).errors
            ]
            assert len(suggested) >= len(MISSPELT) + 1
            assert any(suggested) is (email in may)
            assert (await api.ask(email, "{ __typename customers { __typename } }")).data
            literal = '{ customers(filter: {search: "__schema"}) { totalCount } }'
            assert (await api.ask(email, literal)).data == {"customers": {"totalCount": 0}}


async def test_a_text_like_many_suggestions_holds_nobody_up(database: str, data_dir: Path) -> None:
    async with served(database, data_dir, office.PARTNER, introspection="off") as api:
        query = '{ customers(first: "%s") { totalCounts } }' % (" Did you mean " * 17_000)
        with holding_nobody_up():
            answer = await api.ask(office.ASSIGNED, query)
        assert answer.codes == ["BAD_USER_INPUT"] * 2
        assert "totalCount'" not in str(answer.errors)


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"PARTNERHUB_INTROSPECTION: .*there is no role PARTNER_KING"):
        load_settings(introspection="PARTNER_FULL_ADMIN,PARTNER_KING")


# ---- strangers ------------------------------------------------------------------------------------


def names_of_the_schema() -> set[str]:
    schema = build_schema((ROOT / "schema.graphql").read_text())
    names: set[str] = set()
    for type_ in schema.type_map.values():
        if is_introspection_type(type_):
            continue
        names.add(type_.name)
        if is_object_type(type_) or is_interface_type(type_):
            names |= {*type_.fields} | {name for field in type_.fields.values() for name in field.args}
        elif isinstance(type_, GraphQLInputObjectType):
            names |= {*type_.fields}
        elif isinstance(type_, GraphQLEnumType):
            names |= {*type_.values}
    # Words of plain English, which an error may use as such.
    return {name for name in names if name.lower() != name or len(name) > 9}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    else:
        yield str(value)


def assert_tells_nothing(body: str, codes: frozenset[str] = frozenset({"UNAUTHENTICATED"})) -> None:
    said = " ".join(texts(json.loads(body))) if body.startswith("{") else body
    assert set(re.findall(r"\w+", said)) & (names_of_the_schema() - codes) == set(), body


def test_the_names_are_worth_looking_for() -> None:
    assert {"totalCount", "Customer", "customers"} - names_of_the_schema() == {"customers"}
    with pytest.raises(AssertionError):
        assert_tells_nothing(
            "{\"message\": \"Cannot query field 'totalCounts'. Did you mean 'totalCount'?\"}"
        )


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Bearer e30.e30.e30"])
async def test_nothing_of_the_schema_reaches_a_stranger(api: Api, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    queries = [
        WHOLE,
        TYPE,
        HIDDEN,
        *MISSPELT,
        "{",
        "{ __typename }",
        "subscription { dataImported { rows } }",
    ]
    for query in queries:
        for accept in ("application/json", "application/graphql-response+json", "text/event-stream"):
            posted = await api.client.post(
                "/graphql", json={"query": query}, headers=headers | {"Accept": accept}
            )
            got = await api.client.get(
                "/graphql", params={"query": query}, headers=headers | {"Accept": accept}
            )
            for response in (posted, got):
                assert response.status_code == 401
                assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
                assert_tells_nothing(response.text)
    for path in ("/healthz", "/readyz", "/nowhere", "/schema", "/graphql/schema", "/docs", "/openapi.json"):
        assert_tells_nothing((await api.client.get(path, headers=headers)).text)


@pytest.mark.parametrize("init", [None, {}, {"Authorization": "Bearer wrong"}])
def test_nothing_of_the_schema_reaches_a_stranger_over_a_socket(
    live_server: LiveServer, init: dict[str, str] | None
) -> None:
    messages: list[dict[str, Any]] = [{"id": "1", "type": "subscribe", "payload": {"query": WHOLE}}]
    if init is not None:
        messages.insert(0, {"type": "connection_init", "payload": init})
    address = live_server.url.replace("http", "ws") + "/graphql"
    protocols: Any = ["graphql-transport-ws"]
    with connect_socket(address, subprotocols=protocols) as socket, pytest.raises(ConnectionClosed) as closed:
        for message in messages:
            socket.send(json.dumps(message))
        pytest.fail(f"it was told {socket.recv(timeout=30)!r}")
    assert closed.value.rcvd and closed.value.rcvd.code in (4401, 4403)
    assert_tells_nothing(closed.value.rcvd.reason)


# ---- GraphiQL -------------------------------------------------------------------------------------


async def test_graphiql_is_there_unless_it_is_turned_off(database: str, data_dir: Path) -> None:
    for wanted in (True, False):
        async with served(database, data_dir, office.PARTNER, graphiql=wanted) as api:
            page = await api.client.get("/graphql", headers={"Accept": "text/html,*/*;q=0.8"})
            assert ("<html" in page.text) is wanted
            script = re.search(r'src="(graphql/assets/[^"]+)"', page.text)
            name = script[1] if script else "graphql/assets/app.js"
            assert (await api.client.get(f"/{name}")).status_code == (200 if wanted else 404)
            assert page.status_code == (200 if wanted else 401)
