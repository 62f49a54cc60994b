"""Subscriptions over both protocols, on two servers of one database."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from ingest import run_import
from server.mailbox import Mailbox
from server.tokens import issue_token
from tests.conftest import Postgres
from tests.firm import ADMIN, FULL, NEIGHBOUR, OTHER, PARTNER, READ, Firm, firm_on, partner_of
from tests.row_files import write_rows
from tests.server import environment, serving
from tests.streams import PROTOCOLS, READERS, Reader, open_streams, reading, until_open

pytest_plugins = ["tests.firm_fixture"]

CHANGED = "subscription ($ids: [ID!]) { customerChanged(customerIds: $ids) { customerId tags { name } } }"
IMPORTED = "subscription { dataImported { rows tables finishedAt } }"


@dataclass
class Servers:
    """Two servers, the second with two processes."""

    one: str
    other: str
    firm: Firm

    def token(self, email: str, seconds: int = 3600) -> str:
        partner = partner_of(email)
        return issue_token(self.firm.api.settings, partner=partner, email=email, seconds=seconds)

    async def change(self, address: str, email: str, mutation: str, input: dict[str, Any]) -> None:
        type_name = {"addTags": "TagCustomersInput", "removeTags": "TagCustomersInput"}.get(
            mutation, f"{mutation[0].upper()}{mutation[1:]}Input"
        )
        query = f"mutation ($input: {type_name}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
        async with httpx.AsyncClient(timeout=30) as http:
            response = await http.post(
                f"{address}/graphql",
                json={"query": query, "variables": {"input": input}},
                headers={"Authorization": f"Bearer {self.token(email)}"},
            )
        assert response.json()["data"][mutation] == {"userErrors": []}

    async def tag(
        self, customer: str, tag: str = "Unused", *, add: bool = True, partner: str = PARTNER
    ) -> None:
        """Change one customer, through the first server."""
        email = FULL if partner == PARTNER else NEIGHBOUR
        input = {
            "customerIds": [await self.firm.id("Customer", customer, partner)],
            "tagIds": [await self.firm.id("Tag", tag, partner)],
        }
        await self.change(self.one, email, "addTags" if add else "removeTags", input)


@pytest.fixture(scope="module")
def stream_database(postgres: Postgres, firm_template: str) -> Iterator[str]:
    name = postgres.create(firm_template)
    yield postgres.named(name)
    postgres.drop(name)


@pytest.fixture(scope="module")
async def servers(
    stream_database: str, data_dir: Path, today: date, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Servers]:
    folder = tmp_path_factory.mktemp("servers")
    env = environment(stream_database, data_dir)
    async with firm_on(stream_database, data_dir, today) as firm:
        with (
            serving("serve", env=env, cwd=folder) as one,
            serving("serve", env=env, cwd=folder) as other,
        ):
            yield Servers(one, other, firm)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_change_through_one_server_reaches_readers_of_the_other_at_once(
    servers: Servers, protocol: str
) -> None:
    async with reading(protocol, servers.other, servers.token(READ), CHANGED) as reader:
        for add in (True, False):
            started = time.monotonic()
            await servers.tag("c1", add=add)
            result = await reader.next()
            assert time.monotonic() - started < 1
            tags = [{"name": "Gold"}, {"name": "Unused"}] if add else [{"name": "Gold"}]
            assert result["data"]["customerChanged"] == {"customerId": "c1", "tags": tags}
    await until_open(servers.other, 0)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_import_tells_that_it_is_done(servers: Servers, protocol: str, tmp_path: Path) -> None:
    name = f"Imported for {protocol}"[:25]
    write_rows({"tags": [{"name": name}]}, tmp_path / "rows")
    connection = await asyncpg.connect(servers.firm.url)
    async with (
        reading(protocol, servers.one, servers.token(ADMIN), IMPORTED) as reader,
        reading(protocol, servers.other, servers.token(NEIGHBOUR), IMPORTED) as neighbour,
    ):
        await run_import(connection, tmp_path / "rows", partner=PARTNER)
        event = (await reader.next())["data"]["dataImported"]
        assert (event["rows"], event["tables"]) == (1, ["tags"])
        await neighbour.nothing()
    await connection.close()


@pytest.mark.parametrize(("protocol", "add"), [("sse", True), ("ws", False)])
async def test_readers_learn_of_what_they_may_see(servers: Servers, protocol: str, add: bool) -> None:
    async with (
        reading(protocol, servers.one, servers.token(ADMIN), CHANGED) as assigned,
        reading(protocol, servers.one, servers.token(NEIGHBOUR), CHANGED) as neighbour,
    ):
        await servers.tag("c3", add=add)
        await servers.tag("c2", add=add)
        assert (await assigned.next())["data"]["customerChanged"]["customerId"] == "c2"
        await neighbour.nothing()
        await servers.tag("c1", add=add, partner=OTHER)
        assert (await neighbour.next())["data"]["customerChanged"]["customerId"] == "c1"
        await assigned.nothing()


async def test_roles_count_as_they_are_at_the_moment(servers: Servers) -> None:
    """What an admin is given or loses while reading holds from the next event on; without access it ends."""
    admin = await servers.firm.id("PartnerAdmin", ADMIN)
    c4 = {"adminId": admin, "customerIds": [await servers.firm.id("Customer", "c4")]}

    async with reading("sse", servers.one, servers.token(ADMIN), CHANGED) as reader:
        await servers.firm.change(FULL, "assignPartnerAdmin", c4)
        assert (await reader.next())["data"]["customerChanged"]["customerId"] == "c4"
        await servers.firm.change(FULL, "unassignPartnerAdmin", c4)
        await servers.tag("c4")
        await reader.nothing()
        await servers.firm.change(FULL, "setPartnerAdminRoles", {"id": admin, "roles": []})
        await servers.tag("c4", add=False)
        assert (await reader.next())["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await reader.next() == {"complete": True}
    await servers.firm.change(FULL, "setPartnerAdminRoles", {"id": admin, "roles": ["PARTNER_ADMIN"]})


async def test_only_the_customers_asked_for(servers: Servers) -> None:
    variables = {"ids": await servers.firm.ids("Customer", "c5", "c6")}
    async with reading("sse", servers.one, servers.token(READ), CHANGED, variables) as reader:
        for customer in ("c4", "c6", "c5"):
            await servers.tag(customer)
        assert [(await reader.next())["data"]["customerChanged"]["customerId"] for _ in range(2)] == [
            "c6",
            "c5",
        ]
        await reader.nothing()


async def test_what_is_so_already_is_told_to_nobody(servers: Servers) -> None:
    """A tag that keeps its name and a trial that keeps its end make no customer look different."""
    gold = {"id": await servers.firm.id("Tag", "Gold"), "name": "Gold"}
    trial = {"id": await servers.firm.id("Trial", "T-c6"), "days": 30}
    async with reading("sse", servers.one, servers.token(READ), CHANGED) as reader:
        await servers.change(servers.one, FULL, "extendTrial", trial)
        assert (await reader.next())["data"]["customerChanged"]["customerId"] == "c6"
        await servers.change(servers.one, FULL, "extendTrial", trial)
        await servers.change(servers.one, FULL, "updateTag", gold)
        await reader.nothing()


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_expired_token_ends_the_stream(servers: Servers, protocol: str) -> None:
    async with reading(protocol, servers.one, servers.token(READ, seconds=3), CHANGED) as reader:
        ended = await reader.next()
        assert "expired" in json.dumps(ended)
    await until_open(servers.one, 0)


@pytest.mark.parametrize("protocol", ["sse", "ws"])
async def test_a_wrong_id_ends_it_with_a_reason(servers: Servers, protocol: str) -> None:
    query = 'subscription { customerChanged(customerIds: ["x"]) { id } }'
    reader = Reader()
    task = asyncio.create_task(READERS[protocol](reader, servers.one, servers.token(READ), query))
    assert (await reader.next())["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    task.cancel()
    await asyncio.wait({task})


async def test_a_lost_connection_to_the_database_is_taken_up_again(servers: Servers) -> None:
    async with reading("sse", servers.one, servers.token(READ), CHANGED) as reader:
        ended = await servers.firm.connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'partnerhub listener'"
        )
        assert ended == 3  # the two servers', and that of the service in this process
        async with asyncio.timeout(10):
            while True:
                await servers.tag("c1")
                await servers.tag("c1", add=False)
                if not reader.results.empty():
                    break
                await asyncio.sleep(0.2)


async def test_a_reader_who_takes_nothing_costs_little_and_gets_the_newest(servers: Servers) -> None:
    """Its connection is full after a while; what changes meanwhile waits once for each customer."""
    headers = {"Authorization": f"Bearer {servers.token(READ)}", "Accept": "text/event-stream"}
    query = "subscription { customerChanged { customerId name tags { name } } }"
    async with httpx.AsyncClient(timeout=None) as http:
        request = {"query": query}
        async with http.stream("POST", f"{servers.one}/graphql", json=request, headers=headers) as response:
            await until_open(servers.one, 1)
            for n in range(30):
                await servers.tag("c1", add=n % 2 == 0)
            await servers.tag("c2", "Gold", add=False)
            lines = response.aiter_lines()
            customers: list[str] = []
            async with asyncio.timeout(10):
                async for line in lines:
                    if line.startswith("data: "):
                        customers.append(json.loads(line[6:])["data"]["customerChanged"]["customerId"])
                        if customers[-1] == "c2":
                            break
    assert customers.count("c1") <= 30
    await until_open(servers.one, 0)


async def test_who_leaves_is_forgotten(servers: Servers) -> None:
    for _ in range(3):
        async with (
            reading("sse", servers.one, servers.token(READ), CHANGED),
            reading("ws", servers.one, servers.token(READ), IMPORTED),
        ):
            assert await open_streams(servers.one) == 2
        await until_open(servers.one, 0)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (
            "application/graphql-response+json, application/json, text/event-stream, multipart/mixed",
            "application/gra",
        ),
        ("text/event-stream, application/json", "application/json"),
        ("text/event-stream", "text/event-stream"),
        ("*/*", "application/json"),
    ],
)
async def test_queries_are_streamed_for_those_alone_who_take_nothing_else(
    servers: Servers, accept: str, content_type: str
) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        response = await http.post(
            f"{servers.one}/graphql",
            json={"query": "{ viewer { partner { name } } }"},
            headers={"Authorization": f"Bearer {servers.token(READ)}", "Accept": accept},
        )
    assert response.headers["content-type"].startswith(content_type)
    if content_type == "text/event-stream":
        ping, event, complete, end = response.text.split("\n\n")
        assert (ping, complete, end) == (":", "event: complete\ndata:", "")
        body = json.loads(event.removeprefix("event: next\ndata: "))
    else:
        body = response.json()
    assert body["data"] == {"viewer": {"partner": {"name": "Firm"}}}


async def test_without_a_token_there_is_no_stream(servers: Servers) -> None:
    async with httpx.AsyncClient() as http:
        response = await http.post(
            f"{servers.one}/graphql", json={"query": CHANGED}, headers={"Accept": "text/event-stream"}
        )
    assert response.status_code == 401
    assert response.headers["content-type"].startswith("application/json")
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_mailbox_holds_each_thing_once_and_drops_the_oldest() -> None:
    mailbox = Mailbox[int](3)
    mailbox.put([1, 2, 1, 2])
    assert await mailbox.take(10) == [1, 2]
    mailbox.put(range(100))
    assert len(mailbox) == 3
    assert await mailbox.take(2) == [97, 98]
    assert await mailbox.take(2) == [99]
    mailbox.put([])
    taking = asyncio.create_task(mailbox.take(1))
    await asyncio.sleep(0)
    assert not taking.done()
    mailbox.put([7])
    assert await taking == [7]
