"""Health: `/readyz` tells whether requests should come, `/healthz` whether the process lives, neither tells why."""

import asyncio
import signal
import time
from pathlib import Path

import asyncpg
import httpx
import pytest

from server.database import connect
from tests import office
from tests.server import Api, environment, served, serving_process

pytest_plugins = ["tests.office_fixture"]

ALL = ("/healthz", "/readyz")
READY = (200, {"status": "ready"})
NOT_READY = (503, {"status": "not ready"})


async def ready(api: Api) -> tuple[int, dict[str, str]]:
    response = await api.client.get("/readyz")
    return response.status_code, dict(response.json())


async def test_a_schema_of_another_version_is_not_ready_and_the_log_tells_why(
    api: Api, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert await ready(api) == READY
    row = "('models', '9999_later', now())"
    await office.run_sql(database, f"INSERT INTO tortoise_migrations (app, name, applied_at) VALUES {row}")
    assert await ready(api) == NOT_READY
    assert "upgraded by a newer partnerhub" in caplog.text
    await office.run_sql(database, "DELETE FROM tortoise_migrations WHERE name >= '0002'")
    assert await ready(api) == NOT_READY
    assert "run `partnerhub migrate`" in caplog.text
    assert (await api.client.get("/healthz")).status_code == 200


async def test_a_read_only_database_is_ready_only_where_that_is_set(database: str, data_dir: Path) -> None:
    name = database.partition("?")[0].rpartition("/")[2]
    await office.run_sql(database, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    for wanted, expected in ((False, NOT_READY), (True, READY)):
        async with served(database, data_dir, office.PARTNER, database_read_only=wanted) as api:
            assert await ready(api) == expected
            assert (await api.ask(office.FULL, "{ customers { totalCount } }")).status == 200


async def test_a_busy_pool_is_no_reason(database: str, data_dir: Path) -> None:
    async with served(database, data_dir, office.PARTNER, database_connections=1) as api:
        service = api.client._transport.app.state.service  # type: ignore[attr-defined]
        async with service.client._pool.acquire():
            assert await ready(api) == READY


async def test_a_lost_connection_is_made_anew(api: Api, database: str) -> None:
    assert await ready(api) == READY
    await office.run_sql(
        database,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'partnerhub health'",
    )
    for _ in range(100):
        if await ready(api) == READY:
            return
        await asyncio.sleep(0.02)
    pytest.fail("it is never ready again")


async def test_a_database_that_hangs_is_not_waited_for(api: Api, database: str) -> None:
    """The table that tells the schema's version is locked: nobody can read it."""
    connection = await connect(database)
    async with connection.transaction():
        await connection.execute("LOCK TABLE tortoise_migrations IN ACCESS EXCLUSIVE MODE")
        async with asyncio.timeout(30):
            answers = await asyncio.gather(*(ready(api) for _ in range(50)))
        assert set(map(str, answers)) == {str(NOT_READY)}
        probes = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'partnerhub health'"
            " AND datname = current_database()"
        )
    await connection.close()
    assert probes <= 2, "one asks for all"
    assert await ready(api) == READY


async def test_a_database_that_is_gone_is_not_ready_and_nothing_is_told_of_it(
    database: str, data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    name = database.partition("?")[0].rpartition("/")[2]
    async with served(database, data_dir, office.PARTNER) as api:
        elsewhere = await asyncpg.connect(database.replace(name, "postgres"))
        await elsewhere.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            await elsewhere.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
            )
            for _ in range(3):
                assert await ready(api) == NOT_READY
            assert (await api.client.get("/healthz")).json() == {"status": "alive"}
        finally:
            await elsewhere.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            await elsewhere.close()
        assert await ready(api) == READY
    assert "not ready: the database does not answer" in caplog.text


@pytest.mark.parametrize(("workers", "seconds"), [("1", "300"), ("2", "15")])
def test_a_process_that_ends_says_so_and_serves_on(
    database: str, tmp_path: Path, workers: str, seconds: str
) -> None:
    env = environment(database, tmp_path, PARTNERHUB_DRAIN_SECONDS=seconds)
    with serving_process("serve", "--workers", workers, env=env, cwd=tmp_path) as (address, process):

        def statuses() -> list[int]:
            headers = {"Connection": "close"}
            return [httpx.get(address + path, headers=headers, timeout=30).status_code for path in ALL]

        assert statuses() == [200, 200]
        process.send_signal(signal.SIGTERM)
        while (found := statuses()) == [200, 200]:
            time.sleep(0.05)
        assert found == [200, 503]
        if workers == "1":
            process.send_signal(signal.SIGTERM)  # enough of that
        assert process.wait(60) == 0
