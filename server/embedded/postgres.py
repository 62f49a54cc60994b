"""One run of the server: start it on a cluster, see that it is ready, stop it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from server.embedded import sockets
from server.embedded.cluster import HERE, Cluster
from server.embedded.errors import Abandoned, EmbeddedError, said
from server.embedded.files import open_private
from server.embedded.settings import MEGABYTE, settings

# Together below the five seconds in which no process may be left; what SIGQUIT cuts short, the
# write-ahead log brings back at the next start.
PATIENCE = ((signal.SIGINT, 3.0), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 5.0))
LINGER = 10.0
TICK = 0.01


class Postgres:
    """A running server, which ends with this process at the latest."""

    def __init__(self, cluster: Cluster, *, fsync: bool, abandoned: Callable[[], bool]) -> None:
        self._cluster = cluster
        self._log = cluster.folder / "postgres.log"
        # Tells our server from others in a list of processes.
        self._mark = f"partnerhub.data_dir={cluster.folder}"
        self._settle(abandoned)
        self.sockets = sockets.place(cluster.folder, cluster.account)
        deadline = time.monotonic() + LINGER
        while not self._started(fsync, abandoned):
            if time.monotonic() > deadline or not self._may_be_tried_again():
                raise EmbeddedError(
                    f"PostgreSQL did not start on {cluster.path}: {self._failure()} (see {self._log}); "
                    "repair that, restore a backup, or set PARTNERHUB_DATA_DIR to another folder"
                )
            time.sleep(0.2)

    def ended(self) -> bool:
        return self._process.poll() is not None

    def stop(self) -> None:
        """Stop, cleanly if that takes no longer than callers may wait."""
        for number, patience in PATIENCE:
            self._process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
                break
        with suppress(OSError):
            self.sockets.rmdir()

    def _started(self, fsync: bool, abandoned: Callable[[], bool]) -> bool:
        cluster = self._cluster
        chosen = {**settings(fsync=fsync), "unix_socket_directories": str(self.sockets)}
        options = [*(f"{name}={value}" for name, value in chosen.items()), self._mark]
        arguments = ["-D", str(cluster.called(cluster.path)), *(f"-c{option}" for option in options)]
        with os.fdopen(open_private(self._log, os.O_WRONLY | os.O_APPEND), "ab") as log:
            self._before = log.tell()
            self._process = cluster.account.launch(
                [cluster.programs.postgres, *arguments], cwd=cluster.path, stdout=log
            )
        try:
            while not self._ready():
                if self.ended():
                    return False
                if abandoned():
                    raise Abandoned
                time.sleep(TICK)
        except BaseException:
            self.stop()
            raise
        return True

    def _ready(self) -> bool:
        lines = _pid_file(self._cluster.path)
        return len(lines) > 7 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"

    def _may_be_tried_again(self) -> bool:
        """Tell what others did to the server from what it found wrong itself, for which it exits with 1."""
        # Sessions of a server that was killed may take a moment to notice.
        return self._process.returncode <= 0 or "is still in use" in self._failure()

    def _failure(self) -> str:
        """What the server said last, in one line."""
        with self._log.open("rb") as log:
            log.seek(self._before)
            output = log.read().replace(bytes(HERE), bytes(self._cluster.path))
        free = shutil.disk_usage(self._log.parent).free // MEGABYTE
        return said(output) or f"status {self._process.returncode}, with {free} MB free on the disk"

    def _settle(self, abandoned: Callable[[], bool]) -> None:
        """End a server that outlived its keeper; forget a number that is another program's by now."""
        began = time.monotonic()
        while pid := "".join(_pid_file(self._cluster.path)[:1]):
            command = _command(pid)
            if not command.endswith(self._mark):
                if "postgres" not in command:
                    (self._cluster.path / "postmaster.pid").unlink(missing_ok=True)
                return
            if abandoned():
                raise Abandoned
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGINT if time.monotonic() - began < 3 else signal.SIGQUIT)
            time.sleep(0.05)


def _pid_file(path: Path) -> list[str]:
    try:
        return (path / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _command(pid: str) -> str:
    """The command line of a process; nothing for one that ended."""
    if sys.platform == "linux":
        try:
            line = Path("/proc", pid, "cmdline").read_bytes()
        except OSError:
            return ""
    else:
        line = subprocess.run(["ps", "-ww", "-o", "command=", "-p", pid], stdout=subprocess.PIPE).stdout
    return line.decode(errors="replace").strip("\0\n")
