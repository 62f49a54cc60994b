"""Live changes over WebSocket, from the import's own process to the client; and what a socket refuses."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from server.database import connect as database_connection
from server.keys import local_key
from server.settings import load_settings
from server.tokens import issue_token
from tests import office
from tests.server import command, environment, serving
from tests.signing import signed

IMPORTED = "subscription { dataImported { finishedAt rows tables } }"
PROTOCOL = Subprotocol("graphql-transport-ws")


@dataclass
class Service:
    """`partnerhub serve` as a process, with two partners in its database."""

    address: str
    database_url: str
    folder: Path

    def token(self, partner: str = office.PARTNER, email: str = office.FULL, seconds: int = 3600) -> str:
        settings = load_settings(data_dir=self.folder)
        return issue_token(settings, partner=partner, email=email, seconds=seconds)

    @asynccontextmanager
    async def socket(self, payload: Any = None, **options: Any) -> AsyncIterator[ClientConnection]:
        """A socket that has sent its `connection_init`."""
        address = self.address.replace("http://", "ws://") + "/graphql"
        async with connect(address, subprotocols=[PROTOCOL], open_timeout=30, **options) as socket:
            await send(socket, type="connection_init", payload=payload)
            yield socket

    @asynccontextmanager
    async def signed_in(self, token: str | None = None) -> AsyncIterator[ClientConnection]:
        async with self.socket({"Authorization": f"Bearer {token or self.token()}"}) as socket:
            assert await receive(socket) == {"type": "connection_ack", "payload": {}}
            yield socket

    def import_tag(self, name: str, partner: str = office.PARTNER) -> None:
        folder = self.folder / f"tag {name}"
        folder.mkdir()
        (folder / "tags.csv").write_text(f"name,description\n{name},\n")
        env = environment(self.database_url, self.folder)
        command("import", str(folder), "--partner", partner, env=env, cwd=self.folder)


async def send(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps({name: value for name, value in message.items() if value is not None}))


async def receive(socket: ClientConnection, seconds: float = 10) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), seconds))


async def subscribe(socket: ClientConnection, query: str, id: str = "1", **payload: Any) -> None:
    await send(socket, type="subscribe", id=id, payload={"query": query} | payload)


async def closed(socket: ClientConnection) -> int | None:
    """The code by which the server closes the socket."""
    with pytest.raises(ConnectionClosed):
        while True:
            await asyncio.wait_for(socket.recv(), 10)
    return socket.close_code


async def listening(socket: ClientConnection) -> None:
    """Wait until a subscription that was sent before stands: messages are taken up in their order."""
    await subscribe(socket, "{ __typename }", id="after")
    assert (await receive(socket))["type"] == "next"
    assert await receive(socket) == {"type": "complete", "id": "after"}


@pytest.fixture(scope="module")
async def service(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    folder = tmp_path_factory.mktemp("live")
    await office.fill(database_url)
    await office.fill(database_url, "Neighbour")
    with serving("serve", env=environment(database_url, folder), cwd=folder) as address:
        yield Service(address, database_url, folder)


# ---- imports --------------------------------------------------------------------------------------


async def test_an_import_is_told_to_its_own_partner_alone(service: Service) -> None:
    async with (
        service.signed_in() as ours,
        service.signed_in(service.token("Neighbour")) as theirs,
    ):
        for socket in (ours, theirs):
            await subscribe(socket, IMPORTED)
            await listening(socket)
        await asyncio.to_thread(service.import_tag, "Ours")
        message = await receive(ours)
        assert message["payload"]["data"]["dataImported"]["tables"] == ["tags"]
        assert message["payload"]["data"]["dataImported"]["rows"] == 1
        await asyncio.to_thread(service.import_tag, "Theirs", "Neighbour")
        first = await receive(theirs)  # the neighbour's own: nothing of ours came before it
        assert first["payload"]["data"]["dataImported"]["rows"] == 1
        assert first["payload"]["data"] != message["payload"]["data"]
        with pytest.raises(TimeoutError):
            await receive(ours, 0.3)


async def test_a_listener_whose_connection_was_cut_takes_it_up_again(service: Service) -> None:
    async with service.signed_in() as socket:
        await subscribe(socket, IMPORTED)
        await listening(socket)
        await office.run_sql(
            service.database_url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        await asyncio.sleep(2)
        await asyncio.to_thread(service.import_tag, "After the cut")
        assert (await receive(socket))["payload"]["data"]["dataImported"]["rows"] == 1


async def test_a_completed_subscription_is_told_nothing_more(service: Service) -> None:
    async with service.signed_in() as socket:
        await subscribe(socket, IMPORTED)
        await listening(socket)
        await send(socket, type="complete", id="1")
        await listening(socket)
        await asyncio.to_thread(service.import_tag, "Unheard")
        with pytest.raises(TimeoutError):
            await receive(socket, 0.3)


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
