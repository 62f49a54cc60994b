"""What happens when something goes wrong: faults stay hidden, time ends, connections break, clients go."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ingest import run_import
from server.database import connect
from tests import office
from tests.scrape import counted
from tests.server import Api, served

pytest_plugins = ["tests.office_fixture"]

COUNT = "{ customers { totalCount } }"
TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
async def locked(database: str) -> AsyncIterator[asyncpg.Connection]:
    """The customers held by another transaction, so that whoever reads them waits."""
    connection = await connect(database)
    async with connection.transaction():
        await connection.execute("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
        yield connection
    await connection.close()


async def waiting(database: str) -> int:
    """How many statements of the service wait for the lock at this moment."""
    connection = await connect(database)
    try:
        count: int = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'partnerhub' AND wait_event_type = 'Lock'"
        )
    finally:
        await connection.close()
    return count


async def eventually(check: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(250):
        if await check():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not come about within five seconds")


async def test_a_fault_is_hidden_from_the_client_and_told_in_the_log(
    database: str, data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await office.run_sql(database, "ALTER TABLE tags RENAME TO hidden")
    async with served(database, data_dir, office.PARTNER) as api:
        answer = await api.ask(office.FULL, "{ tags { nodes { name } } }")
    (error,) = answer.errors
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "tags" not in error["message"]
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    incident = error["extensions"]["id"]
    assert re.fullmatch("[0-9a-f]{16}", incident)
    assert incident in error["message"]
    assert incident in record.getMessage()
    assert record.exc_info and "UndefinedTable" in str(record.exc_info[0])


async def test_a_fault_while_asking_for_the_viewer_is_hidden_too(
    database: str, data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(database, data_dir, office.PARTNER) as api:
        await office.run_sql(database, "ALTER TABLE partner_admins RENAME TO hidden")
        answer = await api.ask(office.FULL, COUNT)
    assert (answer.status, answer.codes) == (503, ["INTERNAL_SERVER_ERROR"])
    assert answer.errors[0]["extensions"]["id"] in caplog.text
    assert "data" not in answer.body


async def test_a_sum_that_fits_no_number_of_graphql_is_not_the_clients_mistake(
    database: str, data_dir: Path, tmp_path: Path
) -> None:
    most = 2**31 - 1
    lines = ["subscription_id,trial_id,product,quantity", f"s000,,CALLING,{most}", f"s001,,CALLING,{most}"]
    (tmp_path / "licenses.csv").write_text("\n".join(lines) + "\n")
    connection = await connect(database)
    try:
        await run_import(connection, tmp_path, partner=office.PARTNER)
    finally:
        await connection.close()
    query = "{ analytics { licenses(product: CALLING) { distributionTrend(last: 1) { total } } } }"
    async with served(database, data_dir, office.PARTNER) as api:
        assert (await api.ask(office.FULL, query)).codes == ["INTERNAL_SERVER_ERROR"]
        one = "{ customers(first: 1) { nodes { licenses { total } } } }"
        found = (await api.ask(office.FULL, one)).data
    assert found["customers"]["nodes"][0]["licenses"]["total"] == most


async def test_a_text_with_nul_is_the_clients_mistake(database: str, data_dir: Path) -> None:
    async with served(database, data_dir, office.PARTNER) as api:
        for query in (
            '{ customers(filter: {search: "\\u0000"}) { totalCount } }',
            '{ customer(customerId: "a\\u0000b") { id } }',
            '{ tags(search: "\\u0000") { totalCount } }',
        ):
            assert (await api.ask(office.FULL, query)).codes == ["BAD_USER_INPUT"], query


async def test_an_operation_that_takes_too_long_is_ended_with_its_statements(
    database: str, data_dir: Path, locked: asyncpg.Connection
) -> None:
    async with served(database, data_dir, office.PARTNER, request_timeout_seconds=0.3) as api:
        for query in (COUNT, '{ customer(customerId: "c001") { name } }'):  # by itself, and by a loader
            answer = await api.ask(office.FULL, query)
            assert answer.codes == ["TIMEOUT"]

            async def nothing_waits() -> bool:
                return await waiting(database) == 0

            await eventually(nothing_waits)


async def test_a_statement_waits_only_so_long_for_a_connection(
    database: str, data_dir: Path, locked: asyncpg.Connection
) -> None:
    few = {"database_connections": 2, "database_wait_seconds": 0.3, "request_timeout_seconds": 10}
    async with served(database, data_dir, office.PARTNER, **few) as api:
        asked = [asyncio.create_task(api.ask(office.FULL, COUNT)) for _ in range(2)]

        async def both_wait() -> bool:
            return await waiting(database) == 2

        await eventually(both_wait)
        answer = await api.ask(office.FULL, COUNT)
        assert (answer.status, answer.codes) == (503, ["TIMEOUT"])
        await locked.execute("ROLLBACK; BEGIN")
        for answer in await asyncio.gather(*asked):
            assert answer.data == {"customers": {"totalCount": office.CUSTOMERS}}
        assert (await api.ask(office.FULL, COUNT)).status == 200


async def test_connections_that_were_cut_are_made_anew(database: str, data_dir: Path) -> None:
    async with served(database, data_dir, office.PARTNER) as api:
        await asyncio.gather(*(api.ask(office.FULL, COUNT) for _ in range(10)))
        for _ in range(3):
            await office.run_sql(database, TERMINATE)
            answers = await asyncio.gather(*(api.ask(office.FULL, COUNT) for _ in range(10)))
            assert [answer.data["customers"]["totalCount"] for answer in answers] == [office.CUSTOMERS] * 10


async def test_a_statement_that_is_cut_off_is_read_once_more(
    database: str, data_dir: Path, locked: asyncpg.Connection
) -> None:
    async with served(database, data_dir, office.PARTNER) as api:
        asked = asyncio.create_task(api.ask(office.FULL, COUNT))

        async def it_waits() -> bool:
            return await waiting(database) > 0

        await eventually(it_waits)
        await locked.execute(TERMINATE)
        await asyncio.sleep(0.05)
        await eventually(it_waits)
        await locked.execute("ROLLBACK; BEGIN")
        assert (await asked).data == {"customers": {"totalCount": office.CUSTOMERS}}


class Client:
    """A client that sends its request to the application and may close the connection before the answer."""

    def __init__(self, api: Api, query: str) -> None:
        self.gone = asyncio.Event()
        self.answered = False
        self._body = b'{"query": "%s"}' % query.encode()
        self._sent = False
        headers = [
            (b"authorization", f"Bearer {api.token(office.FULL)}".encode()),
            (b"content-type", b"application/json"),
        ]
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "headers": headers,
        }
        application = api.client._transport.app  # type: ignore[attr-defined]
        self.serving = asyncio.create_task(application(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        self.answered = True


@pytest.mark.parametrize("query", [COUNT, "{ customers { nodes { subscriptions { totalCount } } } }"])
async def test_a_client_that_goes_away_takes_its_statements_with_it(
    database: str, data_dir: Path, locked: asyncpg.Connection, query: str
) -> None:
    async with served(database, data_dir, office.PARTNER, database_connections=5) as api:
        for _ in range(10):
            clients = [Client(api, query) for _ in range(5)]

            async def all_wait() -> bool:
                return await waiting(database) == 5

            await eventually(all_wait)
            for client in clients:
                client.gone.set()
            await asyncio.wait_for(asyncio.gather(*(client.serving for client in clients)), 5)
            assert not any(client.answered for client in clients)

        async def nothing_waits() -> bool:
            return await waiting(database) == 0

        await eventually(nothing_waits)
        await locked.execute("ROLLBACK; BEGIN")
        answers = await asyncio.gather(*(api.ask(office.FULL, COUNT) for _ in range(20)))
        assert {answer.status for answer in answers} == {200}
        text = (await api.client.get("/metrics")).text
        assert counted(text, "partnerhub_operations_total", outcome="client_gone") >= 50


async def test_clients_that_go_at_any_moment_leak_no_connection(database: str, data_dir: Path) -> None:
    async with served(database, data_dir, office.PARTNER, database_connections=3) as api:
        for round in range(60):
            client = Client(api, COUNT)
            for _ in range(round):
                await asyncio.sleep(0)
            client.gone.set()
            await client.serving
        answers = await asyncio.gather(*(api.ask(office.FULL, COUNT) for _ in range(12)))
        assert {answer.status for answer in answers} == {200}
