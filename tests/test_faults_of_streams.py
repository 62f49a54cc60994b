"""A subscription whose event waits for the database as that is restarted, or goes away."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest
from websockets.asyncio.client import ClientConnection

from models.notices import CHANNEL, DATA_IMPORTED
from tests.faults import waiting_for_locks
from tests.firm import FULL, PARTNER
from tests.live import IMPORTED, Service, listening, receive, subscribe
from tests.own_postgres import OwnPostgres
from tests.server import environment, serving

pytest_plugins = ["tests.faults_fixture"]


@pytest.fixture
def service(postgres_of_our_own: OwnPostgres, tmp_path: Path) -> Iterator[Service]:
    url = postgres_of_our_own.url
    with serving("serve", env=environment(url, tmp_path), cwd=tmp_path) as address:
        yield Service(address, url, tmp_path)


@asynccontextmanager
async def an_event_waits(service: Service) -> AsyncIterator[ClientConnection]:
    """A subscription that was told of an event of 1 row, and waits to hear whether it may be told of one of 2."""
    async with service.signed_in(service.token(PARTNER, FULL)) as socket:
        await subscribe(socket, IMPORTED)
        await listening(socket)
        await notify(service.database_url, 1)
        assert await rows_told(socket) == 1
        holder, watcher = [await asyncpg.connect(service.database_url) for _ in range(2)]
        await holder.execute("BEGIN; LOCK partner_admins IN ACCESS EXCLUSIVE MODE")
        await notify(service.database_url, 2)
        await waiting_for_locks(watcher, 1)
        yield socket


async def notify(url: str, rows: int) -> None:
    connection = await asyncpg.connect(url)
    partner = await connection.fetchval("SELECT id FROM partners WHERE name = $1", PARTNER)
    event = {"event": DATA_IMPORTED, "partner": partner, "rows": rows, "tables": ["tags"]}
    event["finishedAt"] = "2026-11-29T00:00:00+00:00"
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, json.dumps(event))
    await connection.close()


async def rows_told(socket: ClientConnection, seconds: float = 60) -> int:
    message = await receive(socket, seconds)
    rows: int = message["payload"]["data"]["dataImported"]["rows"]
    return rows


async def rows_told_again(socket: ClientConnection, service: Service) -> int:
    """What it tells once the service listens again, which it begins to within seconds."""
    for _ in range(60):
        await notify(service.database_url, 3)
        with suppress(TimeoutError):
            return await rows_told(socket, 0.5)
    raise AssertionError("it does not listen again")


async def test_a_restart_is_waited_for(service: Service, postgres_of_our_own: OwnPostgres) -> None:
    async with an_event_waits(service) as socket:
        await asyncio.to_thread(postgres_of_our_own.restart)
        assert await rows_told(socket) == 2
        await asyncio.to_thread(postgres_of_our_own.until_back)
        assert await rows_told_again(socket, service) == 3


async def test_a_database_that_stays_away_ends_it_and_it_may_begin_anew(
    service: Service, postgres_of_our_own: OwnPostgres
) -> None:
    async with an_event_waits(service) as socket:
        with postgres_of_our_own.gone():
            ended = await receive(socket, 60)
            assert [error["extensions"]["code"] for error in ended["payload"]["errors"]] == ["UNAVAILABLE"]
        assert await receive(socket) == {"type": "complete", "id": "1"}
        await subscribe(socket, IMPORTED, id="2")
        assert await rows_told_again(socket, service) == 3
