"""A change whose server or database is killed at some point of it: all of it or nothing, and the retry makes it one.

A trigger holds the change at the point, so that the blow falls just there.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import date
from pathlib import Path

import asyncpg
import httpx
import pytest

from models.migrate import migrate
from server.database import opened
from server.embedded import start
from server.settings import load_settings
from tests.firm import FULL, Firm, fill, firm_on
from tests.server import environment, serving_process

pytest_plugins = ["tests.firm_fixture"]

START = """mutation {
  startTrial(input: {
    newCustomer: {name: "New", adminEmail: "a@new.example", country: "DE"},
    services: [{product: CALLING, quantity: 5}, {product: EVENTS, quantity: 5}]
  }) { trial { trialId customer { name } } userErrors { code } }
}"""
POINTS = ["customers", "licenses", "license_states", "audit_events", "idempotency_keys", "commit"]
GATE = 4711


async def hold_at(firm: Firm, point: str) -> None:
    """Let whoever writes there wait at the gate; `commit` is after everything, in the COMMIT itself."""
    table, when = (point, "BEFORE") if point != "commit" else ("audit_events", "AFTER")
    constraint, deferred = ("CONSTRAINT", "DEFERRABLE INITIALLY DEFERRED") if point == "commit" else ("", "")
    await firm.connection.execute(
        f"""
        CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NEW;
        END $$;
        CREATE {constraint} TRIGGER wait_at_gate {when} INSERT ON {table} {deferred}
            FOR EACH ROW EXECUTE FUNCTION wait_at_gate();
        """
    )


@asynccontextmanager
async def closed_gate(firm: Firm) -> AsyncIterator[None]:
    connection = await asyncpg.connect(firm.url)
    await connection.execute(f"SELECT pg_advisory_lock({GATE})")
    try:
        yield
    finally:
        await connection.close()


async def until(firm: Firm, condition: str) -> None:
    async with asyncio.timeout(20):
        while not await firm.connection.fetchval(f"SELECT {condition}"):  # noqa: ASYNC110 - of other processes
            await asyncio.sleep(0.02)


AT_GATE = "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
OTHERS = "pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"


async def retry(firm: Firm) -> None:
    """The same again under the same key comes to one trial of one customer, and one audit event."""
    answer = await firm.api.ask(FULL, START, idempotency_key="k")
    assert answer.data["startTrial"]["userErrors"] == []
    assert answer.data["startTrial"]["trial"]["customer"] == {"name": "New"}
    assert (await firm.api.ask(FULL, START, idempotency_key="k")).data == answer.data
    for table, expected in {"customers": 1, "trials": 1, "licenses": 2, "license_states": 2}.items():
        only = {
            "customers": "t.name = 'New'",
            "trials": "t.external_id LIKE 'trial-%'",
            "licenses": "t.product = 'EVENTS' OR t.trial_id IS NOT NULL AND t.product = 'CALLING'",
            "license_states": "t.is_trial AND t.product IN ('CALLING', 'EVENTS')",
        }[table]
        assert await firm.connection.fetchval(f"SELECT count(*) FROM {table} t WHERE {only}") == expected, (
            table
        )
    assert [event["action"] for event in await firm.events()] == ["startTrial"]


@pytest.mark.parametrize("point", POINTS)
async def test_a_killed_server_leaves_all_or_nothing(
    firm: Firm, data_dir: Path, tmp_path: Path, point: str
) -> None:
    before = await firm.tables()
    await hold_at(firm, point)
    headers = {"Authorization": f"Bearer {firm.api.token(FULL)}", "Idempotency-Key": "k"}
    with ExitStack() as stack:
        env = environment(firm.url, data_dir)
        address, process = stack.enter_context(serving_process("serve", env=env, cwd=tmp_path))
        async with closed_gate(firm), httpx.AsyncClient(timeout=60) as http:
            asked = asyncio.create_task(
                http.post(f"{address}/graphql", json={"query": START}, headers=headers)
            )
            await until(firm, AT_GATE)
            os.kill(process.pid, signal.SIGKILL)
            with pytest.raises(httpx.TransportError):
                await asked
        await until(firm, f"NOT EXISTS (SELECT FROM {OTHERS})")
    after = await firm.tables()
    if point == "commit":  # it was on its way: the answer is lost, the change is not
        assert len(await firm.events()) == 1
    else:
        assert after == before
    await retry(firm)


@pytest.mark.parametrize("point", ["licenses", "idempotency_keys", "commit"])
async def test_a_cut_connection_leaves_all_or_nothing(firm: Firm, point: str) -> None:
    before = await firm.tables()
    await hold_at(firm, point)
    async with closed_gate(firm):
        asked = asyncio.create_task(firm.api.ask(FULL, START, idempotency_key="k"))
        await until(firm, AT_GATE)
        await firm.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        )
        assert (await asked).codes
    assert await firm.tables() == before
    await retry(firm)


async def test_a_database_that_is_killed_leaves_nothing(
    tmp_path_factory: pytest.TempPathFactory, data_dir: Path, today: date
) -> None:
    folder = tmp_path_factory.mktemp("killed")
    with start(folder) as embedded:
        async with opened(embedded.url, load_settings(database_url=embedded.url)):
            await migrate()
        await fill(embedded.url, folder / "rows", today)
        async with firm_on(embedded.url, data_dir, today) as firm:
            before = await firm.tables()
            await hold_at(firm, "commit")
            gate = await asyncpg.connect(embedded.url)
            await gate.execute(f"SELECT pg_advisory_lock({GATE})")
            asked = asyncio.create_task(firm.api.ask(FULL, START, idempotency_key="k"))
            await until(firm, AT_GATE)
            [postmaster] = folder.rglob("postmaster.pid")
            os.kill(int(postmaster.read_text().split()[0]), signal.SIGQUIT)
            assert (await asked).codes
            gate.terminate()
    with start(folder) as embedded:
        async with firm_on(embedded.url, data_dir, today) as firm:
            assert await firm.tables() == before
            await retry(firm)
