"""Migrations: from nothing, again, at once; and that they make what the models declare."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from models.migrate import LOCK, migrate, schema_state
from server.database import opened
from server.settings import load_settings
from tests.conftest import Postgres

ROOT = Path(__file__).parent.parent


@pytest.fixture
def empty_url(postgres: Postgres) -> Iterator[str]:
    name = postgres.create()
    yield postgres.named(name)
    postgres.drop(name)


async def apply(url: str) -> list[str]:
    async with opened(url, load_settings(database_url=url)):
        return await migrate()


async def test_from_nothing_and_again(empty_url: str) -> None:
    async with opened(empty_url, load_settings(database_url=empty_url)) as client:
        pending = (await schema_state(client)).pending
        assert pending[0] == "0001_initial"
        assert await migrate() == list(pending)
        assert (await schema_state(client)).up_to_date
        assert await migrate() == []


async def test_two_at_once_take_turns(empty_url: str) -> None:
    script = (
        "import asyncio, sys; from tests.test_migrations import apply; print(asyncio.run(apply(sys.argv[1])))"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, empty_url, cwd=ROOT, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = sorted([(await process.communicate())[0].decode().strip() for process in processes])
    assert [process.returncode for process in processes] == [0, 0]
    assert said[1] == "[]" or said[0] == "[]"
    assert any("0001_initial" in line for line in said)


async def test_who_waits_for_the_turn_waits_beyond_the_limits_of_the_role(empty_url: str) -> None:
    connection = await asyncpg.connect(empty_url)
    database = await connection.fetchval("SELECT quote_ident(current_database())")
    await connection.execute(f"ALTER DATABASE {database} SET statement_timeout = '200ms'")
    await connection.execute("SET statement_timeout = 0")
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        applying = asyncio.create_task(apply(empty_url))
        await asyncio.sleep(1)
    await connection.close()
    assert "0001_initial" in await applying


async def test_a_database_that_fails_halfway_is_left_as_it_was(empty_url: str, postgres: Postgres) -> None:
    async with opened(empty_url, load_settings(database_url=empty_url)) as client:
        await client.execute_script("CREATE TABLE calls (id int)")  # in the way of the first migration
        with pytest.raises(Exception, match="calls"):
            await migrate()
        _, rows = await client.execute_query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert [row["tablename"] for row in rows] == ["calls"]


def test_the_migrations_hold_every_change_of_the_models(empty_url: str, tmp_path: Path) -> None:
    (tmp_path / "orm.py").write_text(
        f"from models.config import tortoise_config\nCONFIG = tortoise_config({empty_url!r})\n"
    )
    done = subprocess.run(
        [Path(sys.executable).parent / "tortoise", "-c", "orm.CONFIG", "makemigrations"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "No changes detected" in done.stdout, done.stdout + done.stderr
