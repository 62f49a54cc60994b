"""Clients, workers and servers that end in the middle of something, all of them real ones; see also `test_crashes`."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from tests.faults import CHANGE, OURS, waiting_for_locks
from tests.firm import FULL, Firm
from tests.own_postgres import OwnPostgres
from tests.processes import runs, until, workers
from tests.server import environment, serving_process

pytest_plugins = ["tests.faults_fixture"]

HELD = "{ customers { totalCount } tags { totalCount } }"
CONNECTIONS = 3


@pytest.fixture
def firm(firm_of_our_own: Firm) -> Firm:
    return firm_of_our_own


@pytest.fixture
async def holder(postgres_of_our_own: OwnPostgres) -> AsyncIterator[asyncpg.Connection]:
    """Holds the customers, so that whoever reads them waits."""
    connection = await asyncpg.connect(postgres_of_our_own.url)
    await connection.execute("BEGIN; LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
    yield connection
    await connection.close()


@pytest.fixture
def served_env(postgres_of_our_own: OwnPostgres, data_dir: Path) -> dict[str, str]:
    few = {"PARTNERHUB_DATABASE_CONNECTIONS": str(CONNECTIONS)}
    return environment(postgres_of_our_own.url, data_dir, **few)


def request_for(address: str, token: str, query: str) -> tuple[tuple[str, int], bytes]:
    """Where to connect, and what to send there."""
    url = urlsplit(address)
    assert url.hostname and url.port
    body = json.dumps({"query": query})
    head = [
        "POST /graphql HTTP/1.1",
        f"Host: {url.netloc}",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return (url.hostname, url.port), "\r\n".join([*head, "", body]).encode()


def accepts(address: str) -> bool:
    """Whether the server takes a connection."""
    url = urlsplit(address)
    try:
        socket.create_connection((url.hostname or "", url.port or 0)).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.mark.parametrize("operation", [HELD, CHANGE % "unread"], ids=["query", "change"])
async def test_clients_that_close_their_sockets_take_their_work_with_them(
    firm: Firm, holder: asyncpg.Connection, served_env: dict[str, str], tmp_path: Path, operation: str
) -> None:
    if operation != HELD:
        await holder.execute("ROLLBACK; BEGIN; SELECT FROM partners FOR UPDATE")
    token = firm.api.token(FULL)
    with serving_process("serve", env=served_env, cwd=tmp_path) as (address, _process):
        place, request = request_for(address, token, operation)
        for _ in range(5):
            sockets = [socket.create_connection(place) for _ in range(2 * CONNECTIONS)]
            for client in sockets:
                client.sendall(request)
            # Changes of one partner take turns before they take a connection.
            await waiting_for_locks(firm.connection, CONNECTIONS if operation == HELD else 1)
            for client in sockets:
                client.close()
            await waiting_for_locks(firm.connection, 0)
        await holder.execute("ROLLBACK")
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http:
            answers = await asyncio.gather(
                *(http.post(f"{address}/graphql", json={"query": HELD}) for _ in range(20))
            )
        assert [answer.json()["data"]["customers"]["totalCount"] for answer in answers] == [6] * 20
        of_server = f"{OURS} AND backend_start > now() - interval '1 minute' AND state <> 'idle'"
        assert await firm.connection.fetchval(of_server) == 0
        tags = await firm.api.ask(FULL, '{ tags(search: "unread") { totalCount } }')
        assert tags.data == {"tags": {"totalCount": 0}}


async def test_of_two_workers_one_is_killed_and_the_other_serves_until_it_is_replaced(
    firm: Firm, served_env: dict[str, str], tmp_path: Path
) -> None:
    headers = {"Authorization": f"Bearer {firm.api.token(FULL)}"}

    async def ask() -> httpx.Response:  # on a connection of its own
        async with httpx.AsyncClient(headers=headers, timeout=30) as http:
            return await http.post(f"{address}/graphql", json={"query": HELD})

    with serving_process("serve", "--workers", "2", env=served_env, cwd=tmp_path) as (address, process):
        for _ in range(2):
            until(lambda: len(workers(process.pid)) == 2)
            for _ in range(3):
                assert (await ask()).status_code == 200
            killed, other = workers(process.pid)
            os.kill(killed, signal.SIGKILL)
            until(lambda: not runs(killed))  # noqa: B023 - asked at once
            for _ in range(10):
                assert (await ask()).status_code == 200
            until(lambda: len(set(workers(process.pid)) - {killed}) == 2)  # noqa: B023
            assert other in workers(process.pid)


def test_workers_end_with_the_one_that_started_them(served_env: dict[str, str], tmp_path: Path) -> None:
    """Or they would serve on for good, and keep the port from the next one."""
    with serving_process("serve", "--workers", "2", env=served_env, cwd=tmp_path) as (address, process):
        until(lambda: len(workers(process.pid)) == 2)
        left = workers(process.pid)
        process.kill()
        until(lambda: not any(map(runs, left)))
        assert not accepts(address)


async def test_workers_that_cannot_start_while_the_database_is_gone_are_tried_again(
    firm: Firm, postgres_of_our_own: OwnPostgres, served_env: dict[str, str], tmp_path: Path
) -> None:
    headers = {"Authorization": f"Bearer {firm.api.token(FULL)}"}
    await firm.connection.close()
    said: list[str] = []
    arguments = ("serve", "--workers", "2")
    with serving_process(*arguments, env=served_env, cwd=tmp_path, said=said) as (address, process):
        async with httpx.AsyncClient(headers=headers, timeout=120) as http:
            until(lambda: any("all 2 workers serve" in line for line in said))
            with postgres_of_our_own.gone():
                for worker in workers(process.pid):
                    os.kill(worker, signal.SIGKILL)
                until(lambda: any("startup failed" in line for line in said))
            response = await http.post(f"{address}/graphql", json={"query": HELD})
            assert response.json()["data"]["customers"]["totalCount"] == 6
            assert process.poll() is None


@pytest.mark.parametrize("number_of_workers", ["1", "2"])
async def test_sigterm_lets_answers_under_way_finish_and_takes_no_new_ones(
    firm: Firm,
    holder: asyncpg.Connection,
    served_env: dict[str, str],
    tmp_path: Path,
    number_of_workers: str,
) -> None:
    arguments = ("serve", "--workers", number_of_workers)
    headers = {"Authorization": f"Bearer {firm.api.token(FULL)}"}
    said: list[str] = []
    with serving_process(*arguments, env=served_env, cwd=tmp_path, said=said) as (address, process):
        async with httpx.AsyncClient(headers=headers, timeout=120) as http:
            asked = [
                asyncio.create_task(http.post(f"{address}/graphql", json={"query": HELD})) for _ in range(2)
            ]
            await waiting_for_locks(firm.connection, 2)
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(9):
                while accepts(address):  # noqa: ASYNC110 - of another process
                    await asyncio.sleep(0.05)
            assert not any(task.done() for task in asked)
            await holder.execute("ROLLBACK")
            for answer in await asyncio.gather(*asked):
                assert answer.status_code == 200
                assert answer.json()["data"]["customers"]["totalCount"] == 6
        status = await asyncio.to_thread(process.wait, timeout=60)
        assert (status, "Traceback" in "".join(said)) == (0, False), said
