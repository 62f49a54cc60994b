"""WebSockets: who may open one and for how long, and what it refuses."""

import asyncio
import time
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from server.database import connect as database_connection
from server.keys import local_key
from tests import office
from tests.live import IMPORTED, PROTOCOL, Service, closed, listening, receive, subscribe
from tests.signing import signed

pytest_plugins = ["tests.live_fixture"]


# ---- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [None, {}, {"Authorization": "garbage"}, {"Authorization": "Bearer garbage"}, {"Authorization": 5}],
)
async def test_a_socket_without_a_good_token_is_closed(service: Service, payload: Any) -> None:
    async with service.socket(payload) as socket:
        assert await closed(socket) == 4403


@pytest.mark.parametrize("email", [office.INACTIVE, office.ROLELESS, "nobody@office.example"])
async def test_a_socket_of_an_admin_without_access_is_closed(service: Service, email: str) -> None:
    async with service.socket({"Authorization": f"Bearer {service.token(email=email)}"}) as socket:
        assert await closed(socket) == 4403


@pytest.mark.parametrize("claim", ["email", "partner"])
@pytest.mark.parametrize("no_text", ["\0@office.example", "\ud800@office.example"])
async def test_a_socket_whose_token_claims_what_is_no_text_is_closed(
    service: Service, claim: str, no_text: str
) -> None:
    claimed: dict[str, Any] = {claim: no_text}
    token = signed(local_key(service.folder), **claimed)
    async with service.socket({"Authorization": token}) as socket:
        assert await closed(socket) == 4403


async def test_a_token_may_come_with_the_handshake(service: Service) -> None:
    headers = {"Authorization": f"Bearer {service.token()}"}
    async with service.socket(additional_headers=headers) as socket:
        assert (await receive(socket))["type"] == "connection_ack"


@pytest.mark.parametrize(
    "text", ['{"type": "connection_init", "payload": null}', '{"type": "connection_init"}']
)
async def test_a_payload_of_null_is_none(service: Service, text: str) -> None:
    address = service.address.replace("http://", "ws://") + "/graphql"
    async with connect(address, subprotocols=[PROTOCOL]) as socket:
        await socket.send(text)
        assert await closed(socket) == 4403
    headers = {"Authorization": f"Bearer {service.token()}"}
    async with connect(address, subprotocols=[PROTOCOL], additional_headers=headers) as socket:
        await socket.send(text)
        assert (await receive(socket))["type"] == "connection_ack"


async def test_nothing_is_answered_before_signing_in(service: Service) -> None:
    address = service.address.replace("http://", "ws://") + "/graphql"
    async with connect(address, subprotocols=[PROTOCOL]) as socket:
        await subscribe(socket, "{ __typename }")
        assert await closed(socket) == 4401


async def test_a_subscription_ends_with_its_token(service: Service) -> None:
    async with service.signed_in(service.token(seconds=2)) as socket:
        await subscribe(socket, IMPORTED)
        message = await receive(socket)
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await closed(socket) == 4403


async def test_a_socket_on_which_nothing_runs_ends_with_its_token(service: Service) -> None:
    async with service.signed_in(service.token(seconds=2)) as socket:
        await listening(socket)
        started = time.monotonic()
        assert await closed(socket) == 4403
        assert time.monotonic() - started < 3


async def test_a_query_that_runs_when_the_token_ends_is_answered(service: Service) -> None:
    connection = await database_connection(service.database_url)
    async with service.signed_in(service.token(seconds=2)) as socket:
        async with connection.transaction():
            await connection.execute("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
            await subscribe(socket, "{ customers { totalCount } }")
            await asyncio.sleep(2.5)
        assert (await receive(socket))["payload"]["data"]
        assert await receive(socket) == {"type": "complete", "id": "1"}
        assert await closed(socket) == 4403
    await connection.close()


async def test_an_admin_who_lost_access_hears_nothing_more(service: Service) -> None:
    async def set_active(active: bool) -> None:
        await office.run_sql(
            service.database_url,
            f"UPDATE partner_admins SET active = {active} WHERE email = '{office.ASSIGNED}'",
        )

    async with service.signed_in(service.token(email=office.ASSIGNED)) as socket:
        await subscribe(socket, IMPORTED)
        await listening(socket)
        await set_active(False)
        await asyncio.to_thread(service.import_tag, "Behind the door")
        message = await receive(socket)
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        await set_active(True)


async def test_a_page_of_another_origin_is_refused(service: Service) -> None:
    host = service.address.removeprefix("http://")
    payload = {"Authorization": f"Bearer {service.token()}"}
    async with service.socket(payload, origin=Origin(f"http://{host}")) as socket:
        assert (await receive(socket))["type"] == "connection_ack"
    with pytest.raises(InvalidStatus):
        async with service.socket(payload, origin=Origin("https://elsewhere.example")):
            pass


# ---- operations and messages ----------------------------------------------------------------------


async def test_queries_run_over_the_socket_too(service: Service) -> None:
    async with service.signed_in() as socket:
        query = "query Q($n: Int) { customers(first: $n) { nodes { customerId } } }"
        await subscribe(socket, query, variables={"n": 1}, operationName="Q")
        message = await receive(socket)
        assert message["payload"]["data"] == {"customers": {"nodes": [{"customerId": "c000"}]}}
        assert await receive(socket) == {"type": "complete", "id": "1"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ " + "__typename " * 2001 + "}", "QUERY_TOO_COMPLEX"),
        ("subscription { " + " ".join(f"a{n}: __typename" for n in range(2001)) + " }", "QUERY_TOO_COMPLEX"),
        ("{ noSuchField }", "BAD_USER_INPUT"),
        ("{", "BAD_USER_INPUT"),
        ("fragment f on Query { __typename }", "BAD_USER_INPUT"),
        ("query A { __typename } query B { __typename }", "BAD_USER_INPUT"),
        ("subscription { dataImported { noSuchField } }", "BAD_USER_INPUT"),
    ],
)
async def test_refusals_carry_the_same_codes(service: Service, query: str, code: str) -> None:
    async with service.signed_in() as socket:
        await subscribe(socket, query)
        message = await receive(socket)
        assert message["type"] == "error"
        assert {error["extensions"]["code"] for error in message["payload"]} == {code}
        await listening(socket)  # the socket goes on


@pytest.mark.parametrize(
    "text",
    [
        *("5", "null", "[]", '"x"', "{", "{}", '{"type": 5}', '{"type": "unheard of"}', "[" * 50_000),
        '{"type": "subscribe"}',
        '{"type": "subscribe", "id": "1", "payload": 5}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": []}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "operationName": 5}}',
        '{"type": "complete", "id": {}}',
        '{"type": "connection_init", "payload": []}',
    ],
)
async def test_a_message_of_no_known_form_closes_the_socket(service: Service, text: str) -> None:
    async with service.signed_in() as socket:
        await socket.send(text)
        assert await closed(socket) == 4400


async def test_a_message_that_is_too_large_closes_the_socket(service: Service) -> None:
    async with service.signed_in() as socket:
        await socket.send("x" * 262_145)
        assert await closed(socket) == 1009
