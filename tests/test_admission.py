"""So many operations run at once and so many wait; the next one is told to come again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from server.admission import Admission
from server.database import connect, opened
from server.refused import Overloaded
from server.settings import load_settings
from tests import office
from tests.scrape import counted
from tests.server import Answer, Api, served

COUNT = "{ customers { totalCount } }"
DATA = {"customers": {"totalCount": office.CUSTOMERS}}


@pytest.fixture
async def locked(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The customers held by another transaction, until that is rolled back: whoever reads them waits."""
    await office.fill(database_url)
    connection = await connect(database_url)
    await connection.execute("BEGIN; LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
    yield connection
    await connection.close()


def overloaded(answer: Answer) -> None:
    assert (answer.status, answer.codes) == (503, ["OVERLOADED"])
    assert int(answer.headers["retry-after"]) >= 1
    assert "data" not in answer.body


async def asked(api: Api, running: int) -> list[asyncio.Task[Answer]]:
    """Operations that run or wait: those before others were asked before."""
    tasks = []
    for _ in range(running):
        tasks.append(asyncio.create_task(api.ask(office.FULL, COUNT)))
        await asyncio.sleep(0.05)
    return tasks


async def test_past_those_that_run_and_wait_there_is_no_room(
    database_url: str, data_dir: Path, locked: asyncpg.Connection
) -> None:
    few: dict[str, Any] = {"operations_at_once": 2, "operations_waiting": 1}
    async with served(database_url, data_dir, office.PARTNER, **few) as api:
        inside = await asked(api, 3)
        overloaded(await api.ask(office.FULL, COUNT))
        overloaded(await api.ask(office.FULL, "{ __typename }"))
        assert not any(task.done() for task in inside)
        text = (await api.client.get("/metrics")).text
        assert counted(text, "partnerhub_operations_in_flight") == 2
        assert counted(text, "partnerhub_operations_waiting") == 1
        await locked.execute("ROLLBACK")
        assert [(await task).data for task in inside] == [DATA] * 3
        assert (await api.ask(office.FULL, COUNT)).data == DATA
        text = (await api.client.get("/metrics")).text
        assert counted(text, "partnerhub_operations_in_flight") == 0


async def test_who_waits_too_long_is_told_to_come_again(
    database_url: str, data_dir: Path, locked: asyncpg.Connection
) -> None:
    few: dict[str, Any] = {"operations_at_once": 1, "request_timeout_seconds": 1}
    async with served(database_url, data_dir, office.PARTNER, **few) as api:
        first = asyncio.create_task(api.ask(office.FULL, COUNT))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(api.ask(office.FULL, COUNT)) for _ in range(5)]
        assert (await first).codes == ["TIMEOUT"]
        codes = [(await task).codes for task in waiting]
        assert ["OVERLOADED"] in codes
        await locked.execute("ROLLBACK")
        assert (await api.ask(office.FULL, COUNT)).data == DATA


async def test_who_leaves_while_waiting_leaves_the_queue() -> None:
    admission = Admission(1, 2)
    order: list[str] = []

    async def enter(name: str) -> None:
        async with admission.entered(30):
            order.append(name)

    async with admission.entered(30):
        tasks = [asyncio.create_task(enter(name)) for name in ("a", "b")]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await enter("c")
        tasks[0].cancel()
        await asyncio.wait({tasks[0]})
        assert admission.waiting == 1
        tasks.append(asyncio.create_task(enter("d")))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks[1:])
    assert order == ["b", "d"]
    async with admission.entered(30):
        assert admission.waiting == 0


async def test_a_place_is_never_lost_whatever_the_moment_of_leaving() -> None:
    """Who is cancelled just when it is their turn passes it on."""
    admission = Admission(2, 100)

    async def work(pauses: int) -> None:
        async with admission.entered(30):
            for _ in range(pauses):
                await asyncio.sleep(0)

    tasks = [asyncio.create_task(work(n % 5)) for n in range(100)]
    for n, task in enumerate(tasks):
        if n % 3 == 0:
            task.cancel()
        if n % 7 == 0:
            await asyncio.sleep(0)
    await asyncio.wait(tasks)
    async with admission.entered(0), admission.entered(0):
        with pytest.raises(Overloaded):
            async with admission.entered(0):
                pass


async def test_the_database_ends_by_itself_what_outlives_an_operation(database_url: str) -> None:
    settings = load_settings(database_url=database_url, request_timeout_seconds=0.1)
    async with opened(database_url, settings, serving=True) as client, client.acquire_connection() as one:
        with pytest.raises(asyncpg.QueryCanceledError):
            await one.execute("SELECT pg_sleep(60)")
    async with opened(database_url, settings) as client, client.acquire_connection() as one:
        # commands take as long as they take
        assert await one.fetchval("SHOW statement_timeout") == "0"
        assert await one.fetchval("SHOW idle_in_transaction_session_timeout") == "0"
