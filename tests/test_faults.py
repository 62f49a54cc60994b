"""Bad days, each with the real thing: a database that is away, restarted, frozen, full or read-only; clients, workers
and servers that end in the middle of something; and midnight.

See also `test_failures` and `test_crashes`.
"""

import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from tests.firm import FULL, Firm, fill, firm_on
from tests.own_postgres import OwnPostgres, own_postgres, prepare
from tests.processes import runs, until, workers
from tests.server import command, environment, serving_process

QUERY = "{ customers { totalCount nodes { name subscriptions { totalCount } } } }"
CHANGE = 'mutation { createTag(input: {name: "%s"}) { tag { name } userErrors { code } } }'
LOCKED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
OURS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name LIKE 'partnerhub%'"
)


@pytest.fixture(scope="module")
def postgres_of_our_own(tmp_path_factory: pytest.TempPathFactory, today: date) -> Iterator[OwnPostgres]:
    with own_postgres(tmp_path_factory.mktemp("faults")) as postgres:
        asyncio.run(prepare(postgres.url))
        asyncio.run(fill(postgres.url, tmp_path_factory.mktemp("rows"), today))
        yield postgres


@pytest.fixture
async def firm(postgres_of_our_own: OwnPostgres, data_dir: Path, today: date) -> AsyncIterator[Firm]:
    few = {"database_connections": 4, "request_timeout_seconds": 3}
    async with firm_on(postgres_of_our_own.url, data_dir, today, **few) as firm:
        yield firm


async def waiting_for_locks(connection: asyncpg.Connection, statements: int) -> None:
    """Until so many statements wait for a lock, on whichever side they began."""
    async with asyncio.timeout(60):
        while await connection.fetchval(LOCKED) != statements:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)


async def eventually_right(firm: Firm, expected: Any, seconds: float = 5) -> None:
    """The answer is the expected one within so many seconds, in which nothing but a clear refusal comes."""
    deadline = time.monotonic() + seconds
    while (answer := await firm.api.ask(FULL, QUERY)).body != expected:
        assert set(answer.codes) <= {"UNAVAILABLE", "TIMEOUT"}, answer.body
        assert time.monotonic() < deadline, "it did not recover"
        await asyncio.sleep(0.05)


async def all_connections_are_back(firm: Firm, url: str) -> None:
    """Each of the pool's can be had, and the server knows of no more than those, the listener's and the probe's."""
    answers = await asyncio.gather(*(firm.api.ask(FULL, "{ customers { totalCount } }") for _ in range(12)))
    assert [answer.codes for answer in answers] == [[]] * 12
    connection = await asyncpg.connect(url)
    async with asyncio.timeout(60):
        while await connection.fetchval(OURS) > 4 + 2:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.05)
    await connection.close()


# ---- away -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_database_that_is_gone_at_the_start_is_told_in_one_line(
    postgres_of_our_own: OwnPostgres, tmp_path: Path, workers: str
) -> None:
    with postgres_of_our_own.gone():
        done = command(
            *("serve", "--port", "0", "--workers", workers),
            env=environment(postgres_of_our_own.url, tmp_path),
            cwd=tmp_path,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("the database cannot be reached: ")
    assert len(done.stderr.splitlines()) == 1


async def test_while_the_database_is_gone_everything_says_so_and_nothing_needs_restarting(
    firm: Firm, postgres_of_our_own: OwnPostgres
) -> None:
    expected = (await firm.api.ask(FULL, QUERY)).body
    await firm.connection.close()
    with postgres_of_our_own.gone():
        for operation in (QUERY, CHANGE % "gone"):
            answer = await firm.api.ask(FULL, operation)
            assert (answer.status, answer.codes) == (503, ["UNAVAILABLE"])
        ready, alive = [await firm.api.client.get(path) for path in ("/readyz", "/healthz")]
        assert (ready.status_code, alive.status_code) == (503, 200)
    await eventually_right(firm, expected)
    assert (await firm.api.client.get("/readyz")).status_code == 200
    assert (await firm.api.ask(FULL, CHANGE % "gone")).data["createTag"]["userErrors"] == []
    await all_connections_are_back(firm, postgres_of_our_own.url)


async def test_restarts_in_mid_load_spoil_no_answer_and_leak_nothing(
    firm: Firm, postgres_of_our_own: OwnPostgres
) -> None:
    expected = (await firm.api.ask(FULL, QUERY)).body
    await firm.connection.close()
    over = False
    right, refused = [0], [0]

    async def client() -> None:
        while not over:
            answer = await firm.api.ask(FULL, QUERY)
            if answer.body == expected:
                right[0] += 1
            else:
                assert set(answer.codes) <= {"UNAVAILABLE", "TIMEOUT"}, answer.body
                refused[0] += 1

    clients = [asyncio.create_task(client()) for _ in range(12)]
    for _ in range(3):
        await asyncio.sleep(0.5)
        await asyncio.to_thread(postgres_of_our_own.restart)
        await asyncio.to_thread(postgres_of_our_own.until_back)
        await eventually_right(firm, expected)
    over = True
    await asyncio.gather(*clients)
    assert right[0] > 0
    await all_connections_are_back(firm, postgres_of_our_own.url)


async def test_a_change_whose_database_goes_is_told_to_be_undone(
    firm: Firm, postgres_of_our_own: OwnPostgres
) -> None:
    """The partner's row is held, so that the change waits in its transaction."""
    holder = await asyncpg.connect(postgres_of_our_own.url)
    await holder.execute("BEGIN; SELECT FROM partners FOR UPDATE")
    asked = asyncio.create_task(firm.api.ask(FULL, CHANGE % "undone"))
    await waiting_for_locks(firm.connection, 1)
    await asyncio.to_thread(postgres_of_our_own.restart)
    answer = await asked
    assert answer.codes == ["UNAVAILABLE"]
    assert "nothing was changed" in answer.errors[0]["message"]
    await asyncio.to_thread(postgres_of_our_own.until_back)
    found = await firm.api.ask(FULL, '{ tags(search: "undone") { totalCount } }')
    assert found.data == {"tags": {"totalCount": 0}}


# ---- slow -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", [QUERY, CHANGE % "frozen"], ids=["query", "change"])
async def test_a_database_that_hangs_holds_nobody_up_for_longer_than_an_operation_may_take(
    firm: Firm, postgres_of_our_own: OwnPostgres, operation: str
) -> None:
    expected = (await firm.api.ask(FULL, QUERY)).body
    with postgres_of_our_own.frozen():
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*(firm.api.ask(FULL, operation) for _ in range(8)))
            ready = await firm.api.client.get("/readyz")
    for answer in answers:
        assert answer.codes == ["TIMEOUT"]
    assert ready.status_code == 503
    await eventually_right(firm, expected, 10)
    await all_connections_are_back(firm, postgres_of_our_own.url)


async def test_a_change_that_is_frozen_in_mid_transaction_is_ended_in_time(
    firm: Firm, postgres_of_our_own: OwnPostgres
) -> None:
    expected = (await firm.api.ask(FULL, QUERY)).body
    holder = await asyncpg.connect(postgres_of_our_own.url)
    await holder.execute("BEGIN; SELECT FROM partners FOR UPDATE")
    asked = asyncio.create_task(firm.api.ask(FULL, CHANGE % "in the middle"))
    await waiting_for_locks(firm.connection, 1)
    with postgres_of_our_own.frozen():
        async with asyncio.timeout(60):
            assert (await asked).codes == ["TIMEOUT"]
    await holder.close()
    await eventually_right(firm, expected, 10)
    await all_connections_are_back(firm, postgres_of_our_own.url)
    found = await firm.api.ask(FULL, '{ tags(search: "middle") { totalCount } }')
    assert found.data == {"tags": {"totalCount": 0}}


async def test_who_asks_is_looked_up_in_time_or_not_at_all(
    firm: Firm, postgres_of_our_own: OwnPostgres
) -> None:
    """The very first statement of a request waits for a lock."""
    holder = await asyncpg.connect(postgres_of_our_own.url)
    await holder.execute("BEGIN; LOCK TABLE partner_admins IN ACCESS EXCLUSIVE MODE")
    async with asyncio.timeout(60):
        answer = await firm.api.ask(FULL, QUERY)
    assert (answer.status, answer.codes) == (503, ["TIMEOUT"])
    await holder.close()
    await all_connections_are_back(firm, postgres_of_our_own.url)


# ---- full, and read-only --------------------------------------------------------------------------


async def test_a_server_without_a_connection_to_spare_is_told_and_gets_over(
    firm: Firm, postgres_of_our_own: OwnPostgres
) -> None:
    expected = (await firm.api.ask(FULL, QUERY)).body
    others: list[asyncpg.Connection] = []
    with pytest.raises(asyncpg.TooManyConnectionsError):
        for _ in range(200):
            others.append(await asyncpg.connect(postgres_of_our_own.url))
    answers = await asyncio.gather(*(firm.api.ask(FULL, QUERY) for _ in range(12)))
    for answer in answers:
        assert answer.body == expected or set(answer.codes) == {"UNAVAILABLE"}, answer.body
    for other in others:
        await other.close()
    await eventually_right(firm, expected)
    await all_connections_are_back(firm, postgres_of_our_own.url)


async def test_a_read_only_database_answers_questions_and_refuses_changes(
    firm: Firm, postgres_of_our_own: OwnPostgres, data_dir: Path, today: date
) -> None:
    expected = (await firm.api.ask(FULL, QUERY)).body
    await firm.connection.execute("ALTER DATABASE partnerhub SET default_transaction_read_only = on")
    try:
        standby = {"database_read_only": True}  # without it, it is not ready for what it is asked
        async with firm_on(postgres_of_our_own.url, data_dir, today, **standby) as reading:
            assert (await reading.api.ask(FULL, QUERY)).body == expected
            answer = await reading.api.ask(FULL, CHANGE % "read-only", idempotency_key="k")
            assert answer.codes == ["UNAVAILABLE"]
            assert "takes no changes" in answer.errors[0]["message"]
            assert (await reading.api.client.get("/readyz")).status_code == 200
        async with firm_on(postgres_of_our_own.url, data_dir, today) as unaware:
            assert (await unaware.api.ask(FULL, QUERY)).body == expected
            assert (await unaware.api.ask(FULL, CHANGE % "read-only")).codes == ["UNAVAILABLE"]
            assert (await unaware.api.client.get("/readyz")).status_code == 503
    finally:
        await firm.connection.execute(
            "SET default_transaction_read_only = off;"
            "ALTER DATABASE partnerhub RESET default_transaction_read_only"
        )


# ---- clients, workers and servers that end --------------------------------------------------------

HELD = "{ customers { totalCount } tags { totalCount } }"
CONNECTIONS = 3


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


# ---- midnight -------------------------------------------------------------------------------------


async def test_an_operation_knows_one_day_however_often_midnight_falls_into_it(
    firm: Firm, today: date
) -> None:
    """A clock on which it is another day whenever it is looked at."""
    days = count()
    service = firm.api.client._transport.app.state.service  # type: ignore[attr-defined]
    service.clock = lambda: today + timedelta(days=next(days))
    query = """{
      customers { nodes { licenses { asOf } subscriptions { nodes { ...ends } } } }
      analytics { asOf licenses(product: CALLING) { distributionTrend(interval: DAY, last: 1) { to } } }
      trials { nodes { endDate daysUntilExpiration } }
    }
    fragment ends on Subscription { endDate daysUntilRenewal licenses { state { asOf } } }"""
    for day in (today, today + timedelta(days=1)):
        data = (await firm.api.ask(FULL, query)).data
        assert seen(data) == {day.isoformat()}
    ends = today + timedelta(days=2 + 10)  # the third day that the clock tells, and ten more
    start = """mutation ($customer: ID!) { startTrial(input: {
      customerId: $customer, services: [{product: EVENTS, quantity: 1}], days: 10
    }) { trial { startDate endDate daysUntilExpiration inForce } userErrors { code } } }"""
    customer = await firm.id("Customer", "c1")
    trial = (await firm.api.ask(FULL, start, {"customer": customer})).data["startTrial"]["trial"]
    assert trial == {
        "startDate": (ends - timedelta(days=10)).isoformat(),
        "endDate": ends.isoformat(),
        "daysUntilExpiration": 10,
        "inForce": True,
    }


def seen(data: Any) -> set[str]:
    """Every day that the answer was given for: as it is told, or as an end and the days until then add up to."""
    if isinstance(data, list):
        return set().union(*map(seen, data))
    if not isinstance(data, dict):
        return set()
    found = {data[name] for name in ("asOf", "to") if name in data}
    for name in ("daysUntilRenewal", "daysUntilExpiration"):
        if data.get(name) is not None:
            found.add((date.fromisoformat(data["endDate"]) - timedelta(days=data[name])).isoformat())
    return found.union(*map(seen, data.values()))
