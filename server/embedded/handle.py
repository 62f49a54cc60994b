"""A command's side: hold the data folder, and see that a keeper serves it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

from server.embedded import files, sockets
from server.embedded.errors import EmbeddedError

KEEPER = (sys.executable, "-m", "server.embedded.keeper")
ROOT = Path(__file__).parents[2]
SILENCE = 10.0
PATIENCE = 5.0
TICK = 0.02


class Embedded:
    """One command's hold on the server; the last to let go ends it, however it ends."""

    def __init__(self, folder: Path, connection: dict[str, Any], hold: int) -> None:
        self.connection = connection
        self._folder = folder
        self._hold: int | None = hold
        self._process = os.getpid()

    @property
    def url(self) -> str:
        parts = self.connection
        return (
            f"postgres://{parts['user']}:{parts['password']}@/{parts['database']}?host={quote(parts['host'])}"
        )

    def close(self) -> None:
        """Let go; the last command sees the server stop, for a container may end with that command."""
        hold, self._hold = self._hold, None
        if hold is None:
            return
        # A forked child shares its parent's lock, and must not change it.
        last = os.getpid() == self._process and files.try_lock(hold)
        os.close(hold)
        if last:
            self._see_it_stop()

    def _see_it_stop(self) -> None:
        began = _version(self._folder)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and _version(self._folder) == began:
            keeper = files.lock_if_free(self._folder / "keeper.lock")
            if keeper is not None:
                os.close(keeper)
                return
            time.sleep(TICK)

    def __enter__(self) -> "Embedded":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start(data_dir: Path, *, fsync: bool = True) -> Embedded:
    """Share the data folder's server, or start it, making the database if there is none.

    Without fsync a crash of the machine may lose the data: for throwaway clusters only. Whoever
    comes first decides.
    """
    folder = Path(data_dir).expanduser().resolve()
    try:
        files.prepare(folder)
        hold = files.lock(folder / "lock", shared=True)
        try:
            return Embedded(folder, _connection(folder, fsync=fsync), hold)
        except BaseException:
            os.close(hold)
            raise
    except OSError as error:
        raise files.reason(error, folder) from error


def _connection(folder: Path, *, fsync: bool) -> dict[str, Any]:
    # One at a time: so what is read below was written by the keeper that lives, not by one before.
    turn = files.lock(folder / "start.lock")
    try:
        deadline = time.monotonic() + SILENCE
        while True:
            connection = _served(folder)
            answered = connection and sockets.answers(Path(connection["host"]))
            # Asked last: a server that answered may have lost its keeper just before.
            keeper = files.lock_if_free(folder / "keeper.lock")
            if keeper is not None:
                try:
                    return _new_keeper(folder, keeper, fsync=fsync)
                finally:
                    os.close(keeper)
            if connection and answered:
                return connection
            if connection is None:  # still on its way
                deadline = time.monotonic() + SILENCE
            elif time.monotonic() > deadline:
                raise EmbeddedError(
                    f"the server of {folder} does not answer: end the commands that use it and try again"
                )
            time.sleep(TICK)
    finally:
        os.close(turn)


def _version(folder: Path) -> int | None:
    """Tell one keeper's word from the next one's."""
    try:
        return (folder / "server.json").stat().st_ino
    except FileNotFoundError:
        return None


def _served(folder: Path) -> dict[str, Any] | None:
    try:
        text = (folder / "server.json").read_text()
    except FileNotFoundError:
        return None
    connection: dict[str, Any] = json.loads(text)
    return connection


def _new_keeper(folder: Path, keeper: int, *, fsync: bool) -> dict[str, Any]:
    """Start the keeper with its lock in hand, and wait for what it has to say."""
    (folder / "server.json").unlink(missing_ok=True)
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as answer:
        log = files.open_private(folder / "keeper.log", os.O_WRONLY | os.O_TRUNC)
        try:
            subprocess.run(
                [*KEEPER, folder, *map(str, (keeper, writing, int(fsync)))],
                # Python looks there first: the very code that runs here.
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(keeper, writing),
                start_new_session=True,
            )
        finally:
            os.close(log)
            os.close(writing)
        said = answer.read()
    if not said:
        raise EmbeddedError(f"the server's keeper ended before its time: see {folder / 'keeper.log'}")
    reply: dict[str, Any] = json.loads(said)
    if "error" in reply:
        raise EmbeddedError(reply["error"])
    return reply
