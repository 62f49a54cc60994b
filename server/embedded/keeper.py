"""The keeper: a process of its own that runs the server for as long as any command holds the data folder.

It belongs to no command, so commands may end in any order, and by any signal.
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from server.embedded import files
from server.embedded.account import Account
from server.embedded.cluster import Cluster
from server.embedded.errors import Abandoned, EmbeddedError
from server.embedded.postgres import Postgres
from server.embedded.programs import locate
from server.embedded.settings import DATABASE, PORT, USER

POLL = 0.1


class Keeper:
    """Serves one data folder."""

    def __init__(self, folder: Path, lock: int, *, fsync: bool) -> None:
        self._folder = folder
        self._lock = lock
        self._fsync = fsync
        self._holders = files.open_private(folder / "lock")
        self._alone = False

    def abandoned(self) -> bool:
        """Tell whether no command is left; from then on newcomers wait until we ended."""
        self._alone = self._alone or files.try_lock(self._holders)
        return self._alone

    def serve(self, answer: TextIO) -> None:
        account = Account.of(self._folder)
        cluster = Cluster(self._folder, account, locate(account, self._folder))
        password = cluster.ensure(fsync=self._fsync, abandoned=self.abandoned)
        with suppress(FileNotFoundError):
            (self._folder / "postgres.log").replace(self._folder / "postgres.log.old")
        server = self._start(cluster, password, answer)
        try:
            while not self.abandoned():
                time.sleep(POLL)
                if not server.ended():
                    continue
                if not self._in_charge():
                    return
                (self._folder / "server.json").unlink(missing_ok=True)
                server = self._start(cluster, password, answer)
        finally:
            server.stop()
            if self._in_charge():
                (self._folder / "server.json").unlink(missing_ok=True)

    def _start(self, cluster: Cluster, password: str, answer: TextIO) -> Postgres:
        server = Postgres(cluster, fsync=self._fsync, abandoned=self.abandoned)
        connection = {"host": str(server.sockets), "port": PORT}
        connection |= {"user": USER, "password": password, "database": DATABASE}
        files.write_private(self._folder / "server.json", json.dumps(connection))
        say(answer, connection)
        return server

    def _in_charge(self) -> bool:
        """Tell whether the folder is still the one we locked, not one that was made in its place."""
        try:
            return os.path.samestat(os.fstat(self._lock), (self._folder / "keeper.lock").stat())
        except FileNotFoundError:
            return False


def say(answer: TextIO, message: dict[str, Any]) -> None:
    """Tell the command that started us, once; it may have ended by now."""
    if not answer.closed:
        with suppress(BrokenPipeError), answer:
            json.dump(message, answer)


def leave(*_: object) -> None:
    sys.exit()


def main() -> None:
    folder, lock, pipe, fsync = Path(sys.argv[1]), *map(int, sys.argv[2:])
    answer = os.fdopen(pipe, "w")
    if os.fork():
        os._exit(0)  # the command need not wait for us
    os.chdir("/")
    os.umask(0o022)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, leave)
    try:
        Keeper(folder, lock, fsync=bool(fsync)).serve(answer)
    except Abandoned:
        pass
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        say(answer, {"error": str(error)})
    except OSError as error:
        say(answer, {"error": str(files.reason(error, folder))})
        raise


if __name__ == "__main__":
    main()
