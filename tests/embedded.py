"""Commands that hold an embedded PostgreSQL, its processes, and what is done to them."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import server.embedded

ROOT = Path(server.embedded.__file__).parents[2]
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

linux = pytest.mark.skipif(sys.platform != "linux", reason="these look at processes through /proc")


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
