"""The embedded PostgreSQL, when its keeper, its server or the command that holds it is killed for real."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from server.embedded import sockets, start
from tests.embedded import Command, add, count, gone, kill, linux, pid_of, processes, run
from tests.own_postgres import OwnPostgres
from tests.processes import runs, until

pytest_plugins = ["tests.embedded_fixture"]
pytestmark = linux


def test_a_killed_keeper_takes_its_server_along(folder: Path, commands: Callable[..., Command]) -> None:
    held = commands(folder)
    add(held.connection())
    kill("keeper", folder)
    gone(folder)
    with start(folder, fsync=False) as after:  # beside the one that holds on
        assert count(after.connection) == 1001


def test_a_start_straight_after_the_kill_of_a_keeper(folder: Path) -> None:
    with start(folder, fsync=False) as before:
        add(before.connection)
        kill("keeper", folder)
        with start(folder, fsync=False) as after:
            assert count(after.connection) == 1001


def test_a_killed_server_comes_back(folder: Path) -> None:
    with start(folder, fsync=False) as before:
        add(before.connection)
        kill("postgres", folder)
        with start(folder, fsync=False) as after:
            assert count(after.connection) == 1001
        assert count(before.connection) == 1001


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_server_ended_before_its_keeper_knew_it_ready_comes_back(
    folder: Path, number: signal.Signals
) -> None:
    with start(folder, fsync=False) as before:
        add(before.connection)
        keeper, own = pid_of("keeper", folder), OwnPostgres(folder, before.url)
        own.restart()
        until(own.begun)
        os.kill(keeper, signal.SIGSTOP)
        second = own.postmaster
        until(lambda: sockets.answers(Path(before.connection["host"])))
        os.kill(second, number)
        until(lambda: not runs(second))
        os.kill(keeper, signal.SIGCONT)
        with start(folder, fsync=False) as after:
            assert count(after.connection) == 1001
        assert pid_of("keeper", folder) == keeper


def test_everything_killed_at_once(folder: Path, commands: Callable[..., Command]) -> None:
    command = commands(folder)
    add(command.connection())
    stale = (folder / "cluster" / "postmaster.pid").read_text()
    for pid in processes(folder):
        os.kill(pid, signal.SIGKILL)
    command.kill()
    gone(folder)
    # As after a restart of a container, where numbers come again: ours is another program's by now.
    (folder / "cluster" / "postmaster.pid").write_text(re.sub(r"^\d+", str(os.getpid()), stale))
    with start(folder, fsync=False) as held:
        assert count(held.connection) == 1001


def test_an_interrupted_first_start_is_begun_again(empty: Path, commands: Callable[..., Command]) -> None:
    for pause in (0.0, 0.15, 0.3):
        command = commands(empty)
        while not processes(empty):
            time.sleep(0.01)
        time.sleep(pause)
        for pid in processes(empty):
            os.kill(pid, signal.SIGKILL)
        command.kill()
    with start(empty, fsync=False) as held:
        assert run(held.connection, "SELECT 1") == 1
    assert not list(empty.glob("cluster.new-*"))


def test_a_command_killed_in_its_first_start_leaves_nothing(
    empty: Path, commands: Callable[..., Command]
) -> None:
    command = commands(empty)
    while not processes(empty):
        time.sleep(0.01)
    command.kill()
    gone(empty)
