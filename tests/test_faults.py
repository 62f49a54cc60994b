"""A database that is away, restarted, frozen, full or read-only, each with the real thing; see also `test_failures`."""

import asyncio
from datetime import date
from pathlib import Path

import asyncpg
import pytest

from tests.faults import CHANGE, QUERY, all_connections_are_back, eventually_right, waiting_for_locks
from tests.firm import FULL, Firm, firm_on
from tests.own_postgres import OwnPostgres
from tests.server import command, environment

pytest_plugins = ["tests.faults_fixture"]


@pytest.fixture
def firm(firm_of_our_own: Firm) -> Firm:
    return firm_of_our_own


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
            seconds = answer.errors[0]["extensions"]["retryAfter"]
            assert answer.headers["retry-after"] == str(seconds)
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
