"""The same limits over a WebSocket, at each and one past it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.database import connect
from server.settings import load_settings
from server.socket_handler import MOST_OPERATIONS
from server.tokens import issue_token
from tests import office
from tests.server import environment, serving
from tests.sockets import ask, first, receive, signed_in
from tests.test_limits import LIMITS

PAGE = "query ($n: Int!) { customers(first: $n) { nodes { id } } }"
SMALL = {"MAXIMUM_COST": "41", "ADMIN_COST_CAPACITY": "100", "ADMIN_COST_PER_SECOND": "20"}
NARROW = {"OPERATIONS_AT_ONCE": "1", "OPERATIONS_WAITING": "1"}


@pytest.fixture(scope="module")
async def database(database_url: str) -> str:
    await office.fill(database_url)
    return database_url


@pytest.fixture(scope="module")
def token(data_dir: Path) -> str:
    settings = load_settings(data_dir=data_dir)
    return issue_token(settings, partner=office.PARTNER, email=office.FULL, seconds=3600)


@pytest.fixture
async def address(
    database: str, data_dir: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[str]:
    """A server with the settings that the test names."""
    settings = {f"PARTNERHUB_{name}": value for name, value in getattr(request, "param", {}).items()}
    with serving("serve", env=environment(database, data_dir, **settings), cwd=tmp_path) as address:
        yield address


def codes(message: Any) -> list[str]:
    assert message["type"] == "error", message
    return [error["extensions"]["code"] for error in message["payload"]]


async def test_what_is_asked_for(address: str, token: str) -> None:
    async with signed_in(address, token) as socket:
        for name, (make, most) in LIMITS.items():
            fits = await first(socket, f"{name}, at", query=make(most))
            assert fits["payload"]["data"]
            past = await first(socket, f"{name}, past", query=make(most + 1))
            assert codes(past) == ["QUERY_TOO_COMPLEX"]
        fields = " ".join(f'a{n}: node(id: "none {n}") {{ id }}' for n in range(7))
        payload = (await first(socket, "errors", query=f"{{ {fields} }}"))["payload"]
        assert len(payload["errors"]) == 5
        assert payload["extensions"]["moreErrors"] == 2


@pytest.mark.parametrize("address", [SMALL], indirect=True)
async def test_what_it_costs_and_what_is_used_up(address: str, token: str) -> None:
    async with signed_in(address, token) as socket:
        found = await first(socket, "fits", query=PAGE, variables={"n": 40})
        assert found["payload"]["extensions"]["cost"]["actual"] == 41
        assert found["payload"]["extensions"]["cost"]["limit"] == 41
        past = await first(socket, "past", query=PAGE, variables={"n": 41})
        assert codes(past) == ["QUERY_TOO_COMPLEX"]
        for n in range(100):
            message = await first(socket, str(n), query=PAGE, variables={"n": 40})
            if message["type"] == "error":
                break
        assert codes(message) == ["RATE_LIMITED"]
        seconds = message["payload"][0]["extensions"]["retryAfter"]
        assert 1 <= seconds <= 3
        await asyncio.sleep(seconds)
        assert (await first(socket, "again", query=PAGE, variables={"n": 40}))["type"] == "next"


@pytest.mark.parametrize("address", [SMALL | {"ADMIN_COST_PER_SECOND": "1"}], indirect=True)
async def test_a_subscription_begins_only_while_there_is_something_left(address: str, token: str) -> None:
    listen = "subscription { dataImported { rows } }"
    async with signed_in(address, token) as socket:
        await ask(socket, "early", query=listen)
        for n in range(2):
            assert (await first(socket, str(n), query=PAGE, variables={"n": 40}))["type"] == "next"
        listen = "subscription { customerChanged { tags { id name createdBy { id } } } }"
        assert codes(await first(socket, "late", query=listen)) == ["RATE_LIMITED"]


@pytest.mark.parametrize("address", [NARROW], indirect=True)
async def test_how_many_run_at_once(address: str, token: str, database: str) -> None:
    connection = await connect(database)
    async with signed_in(address, token) as socket:
        async with connection.transaction():
            await connection.execute("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
            for id in ("runs", "waits", "refused"):
                await ask(socket, id, query="{ customers { totalCount } }")
                await asyncio.sleep(0.2)
            message = await receive(socket)
            assert (message["id"], codes(message)) == ("refused", ["OVERLOADED"])
        done = [message for _ in range(4) if (message := await receive(socket))["type"] == "next"]
        assert {message["id"] for message in done} == {"runs", "waits"}
    await connection.close()


async def test_how_many_run_on_one_socket(address: str, token: str) -> None:
    page = (Path(__file__).parent.parent / "docs" / "query.md").read_text()
    assert f"| operations that run at once on one WebSocket | {MOST_OPERATIONS} |" in page
    listen = "subscription { dataImported { rows } }"
    async with signed_in(address, token) as socket:
        for n in range(MOST_OPERATIONS):
            await ask(socket, str(n), query=listen)
        past = await first(socket, "past", query=listen)
        assert codes(past) == ["QUERY_TOO_COMPLEX"]
        assert f"{MOST_OPERATIONS} operations" in past["payload"][0]["message"]
        await socket.send(json.dumps({"type": "complete", "id": "7"}))
        assert (await first(socket, "next", query="{ __typename }"))["type"] == "next"
