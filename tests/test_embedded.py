"""The embedded PostgreSQL: real servers, started by real commands, shared, and stopped after the last one."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from tortoise.backends.base.config_generator import expand_db_url

from server.embedded import EmbeddedError, start
from tests.embedded import ROOT, Command, add, count, digest, gone, linux, pid_of, processes, run

pytest_plugins = ["tests.embedded_fixture"]
pytestmark = linux


def test_starts_keeps_data_and_stops(empty: Path) -> None:
    with start(empty, fsync=False) as first:
        assert run(first.connection, "SHOW listen_addresses") == ""
        assert run(first.connection, "SHOW server_encoding") == "UTF8"
        assert run(first.connection, "SHOW timezone") == "UTC"
        run(first.connection, "CREATE TABLE kept AS SELECT 1 AS n")
    gone(empty, within=1.0)  # the last one to close saw it stop
    assert "shut down" in (empty / "postgres.log").read_text().splitlines()[-1]
    second = start(empty, fsync=False)
    assert count(second.connection) == 1
    second.close()
    second.close()


def test_url_serves_asyncpg_and_tortoise(whole: Path) -> None:
    with start(whole, fsync=False) as held:
        assert run({"dsn": held.url}, "SELECT current_database()") == "partnerhub"
        assert run(expand_db_url(held.url)["credentials"], "SELECT current_database()") == "partnerhub"


def test_a_fork_does_not_end_its_parents_hold(whole: Path) -> None:
    code = f"""
import os, time
from pathlib import Path
from server.embedded import start
held = start(Path({str(whole)!r}), fsync=False)
child = os.fork()
if child == 0:
    held.close()
    os._exit(0)
os.waitpid(child, 0)
time.sleep(0.4)
start(Path({str(whole)!r}), fsync=False).close()
"""
    starts = (whole / "postgres.log.old", whole / "postgres.log")
    for log in starts:
        log.unlink(missing_ok=True)
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=30)
    gone(whole)
    assert [log.exists() for log in starts] == [False, True]  # one server all along


def test_others_are_kept_out(whole: Path) -> None:
    with start(whole, fsync=False) as held:
        with pytest.raises(asyncpg.InvalidPasswordError):
            run({**held.connection, "password": "guess"}, "SELECT 1")
        for private in (Path(held.connection["host"]), whole / "password", whole / "server.json"):
            assert private.stat().st_mode & 0o077 == 0


def test_a_lost_password_is_set_anew(folder: Path) -> None:
    (folder / "password").unlink()
    with start(folder, fsync=False) as held:
        assert count(held.connection) == 1000


def test_commands_share_one_server_whichever_ends_first(
    folder: Path, commands: Callable[..., Command]
) -> None:
    first, second, third = (commands(folder) for _ in range(3))
    connection = first.connection()
    assert connection == second.connection() == third.connection()
    assert sorted(processes(folder).values()) == ["keeper", "postgres"]
    first.kill()
    time.sleep(0.6)
    add(connection)
    third.end()
    time.sleep(0.6)
    assert count(connection) == 1001
    second.kill()
    gone(folder)
    assert "shut down" in (folder / "postgres.log").read_text().splitlines()[-1]
    with start(folder, fsync=False) as held:
        assert count(held.connection) == 1001


def test_a_newcomer_during_the_stop_gets_a_server(folder: Path, commands: Callable[..., Command]) -> None:
    for pause in (0.0, 0.05, 0.1, 0.15, 0.2):
        command = commands(folder)
        command.connection()
        command.kill()
        time.sleep(pause)
        with start(folder, fsync=False) as held:
            assert run(held.connection, "SELECT 1") == 1


def test_the_output_of_a_command_ends_with_it(whole: Path, commands: Callable[..., Command]) -> None:
    command = commands(whole)
    command.connection()
    keeper = pid_of("keeper", whole)
    streams = [Path(f"/proc/{keeper}/fd/{number}").readlink() for number in (0, 1, 2)]
    assert streams == [Path("/dev/null"), whole / "keeper.log", whole / "keeper.log"]
    with start(whole, fsync=False):
        command.end()  # reads to the end, which comes though the keeper that it started lives on
        assert pid_of("keeper", whole) == keeper


def test_first_starts_at_once(empty: Path, commands: Callable[..., Command]) -> None:
    answers = [command.connection() for command in [commands(empty) for _ in range(4)]]
    assert answers[0]["user"] and all(answer == answers[0] for answer in answers)
    assert run(answers[0], "SELECT 1") == 1


def test_a_cluster_that_cannot_be_opened_is_left_alone(folder: Path) -> None:
    harms = [
        ("PG_VERSION", b"99\n", "belongs to PostgreSQL 99"),
        ("PG_VERSION", None, "PG_VERSION is missing"),
        ("global/pg_control", None, "global/pg_control is missing"),
        ("base", None, "base is missing"),
        ("global/pg_control", bytes(8192), "postgres.log"),
    ]
    shelf = folder.with_name("shelf")
    for name, instead, says in harms:
        part = folder / "cluster" / name
        part.rename(shelf)
        if instead is not None:
            part.write_bytes(instead)
            os.chown(part, shelf.stat().st_uid, shelf.stat().st_gid)
        before = digest(folder / "cluster")
        with pytest.raises(EmbeddedError, match=re.escape(says)) as caught:
            start(folder, fsync=False)
        assert "\n" not in str(caught.value)
        assert "PARTNERHUB_DATA_DIR" in str(caught.value)
        gone(folder)
        assert digest(folder / "cluster") == before
        part.unlink(missing_ok=True)
        shelf.rename(part)
    with start(folder, fsync=False) as held:
        assert count(held.connection) == 1000


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "data"):
        with pytest.raises(EmbeddedError, match="PARTNERHUB_DATA_DIR"):
            start(path)


@pytest.mark.parametrize("name", ["d" * 150, 'a, b\'s "ä"'], ids=["deep", "odd"])
def test_any_path_will_do(folder: Path, name: str) -> None:
    path = folder.with_name(name)
    folder.rename(path)
    with start(path, fsync=False) as held:
        assert count({"dsn": held.url}) == count(held.connection) == 1000
    gone(path)
    assert not Path(held.connection["host"]).exists()


def test_a_folder_made_anew_under_a_running_server(folder: Path) -> None:
    with start(folder, fsync=False):
        old = pid_of("postgres", folder)
        shutil.rmtree(folder)
        with start(folder, fsync=False) as second:
            os.kill(old, signal.SIGINT)
            while old in processes(folder):
                time.sleep(0.02)
            time.sleep(0.6)
            with start(folder, fsync=False) as third:
                assert run(third.connection, "SELECT 1") == run(second.connection, "SELECT 1") == 1
