"""Ctrl-C and SIGTERM end every command in good order: in its first second, and while it works."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from tests import office
from tests.server import PARTNERHUB, environment

SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@contextmanager
def started(*arguments: str, env: dict[str, str], cwd: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [str(PARTNERHUB), *arguments],
        env=env,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def assert_ends(process: subprocess.Popen[str], number: signal.Signals) -> None:
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, "")


@SIGNALS
def test_a_command_that_is_being_loaded_ends(tmp_path: Path, number: signal.Signals) -> None:
    slow = tmp_path / "modules"
    slow.mkdir()
    (slow / "typer.py").write_text("import time\nprint('loading', flush=True)\ntime.sleep(60)\n")
    env = environment(None, tmp_path)
    env["PYTHONPATH"] = os.pathsep.join([str(slow), *filter(None, [env.get("PYTHONPATH")])])
    with started("version", env=env, cwd=tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline() == "loading\n"
        assert_ends(process, number)


@pytest.fixture
async def watching(fresh_database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database whose partner another one holds, so that whatever changes it has to wait."""
    await office.fill(fresh_database_url)
    holding = await asyncpg.connect(fresh_database_url)
    watching = await asyncpg.connect(fresh_database_url)
    async with holding.transaction():
        await holding.execute("SELECT FROM partners FOR UPDATE")
        yield watching
    await holding.close()
    await watching.close()


async def until(watching: asyncpg.Connection, waiting: int) -> None:
    """Until so many connections wait for the other one."""
    for _ in range(600):
        if await watching.fetchval(WAITING) == waiting:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"{waiting} should wait")


@SIGNALS
@pytest.mark.parametrize("arguments", [("import", "tags.csv"), ("rebuild",)])
async def test_a_command_that_works_ends_and_leaves_nothing_behind(
    watching: asyncpg.Connection,
    fresh_database_url: str,
    tmp_path: Path,
    arguments: tuple[str, ...],
    number: signal.Signals,
) -> None:
    (tmp_path / "tags.csv").write_text("name,description\nnew,\n")
    (temporary := tmp_path / "temporary").mkdir()
    env = environment(fresh_database_url, tmp_path, TMPDIR=str(temporary))
    with started(*arguments, env=env, cwd=tmp_path) as process:
        await until(watching, 1)
        await asyncio.to_thread(assert_ends, process, number)
    await until(watching, 0)
    assert not list(temporary.iterdir())
