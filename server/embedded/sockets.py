"""Where the server's socket is: a private folder with a short, plain name that the account can reach."""

import re
import socket
import stat
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

from server.embedded.account import Account
from server.embedded.errors import EmbeddedError
from server.embedded.settings import DATABASE, PORT, USER

# Other characters would have to be escaped differently in PostgreSQL's settings and in clients' URLs.
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")
NAME = f".s.PGSQL.{PORT}"
PROTOCOL = 3 << 16
SILENCE = 2.0


def place(folder: Path, account: Account) -> Path:
    for candidate in _candidates(folder, account):
        if PLAIN.fullmatch(str(candidate)) and _takes_sockets(candidate, account):
            return candidate
    tried = ", ".join(str(candidate) for candidate in _candidates(folder, account))
    raise EmbeddedError(
        f"none of {tried} can hold a private socket: set TMPDIR to a short path that can be written"
    )


def answers(place: Path) -> bool:
    """Tell whether the server takes sessions: one that starts or stops says so in place of asking who we are."""
    who = f"user\0{USER}\0database\0{DATABASE}\0\0".encode()
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(SILENCE)
        try:
            client.connect(str(place / NAME))
            client.sendall(struct.pack("!II", 8 + len(who), PROTOCOL) + who)
            return client.recv(1) == b"R"
        except OSError:
            return False


def _candidates(folder: Path, account: Account) -> Iterator[Path]:
    # Of its own for each folder, even for one made in the place of one that was removed: the server
    # that still runs on the old one takes its socket away by name when it ends.
    lock = (folder / "keeper.lock").stat()
    yield folder / f"run-{lock.st_ino:x}"
    # The data folder's path may be too long for a socket, or closed to the account.
    name = f"partnerhub-{account.uid}-{lock.st_dev:x}-{lock.st_ino:x}"
    yield Path(tempfile.gettempdir()) / name
    yield Path("/tmp") / name


def _takes_sockets(place: Path, account: Account) -> bool:
    """Try it for real: this sees lengths, closed folders above, and file systems without sockets."""
    try:
        try:
            place.mkdir()
            account.give(place, 0o700)
        except FileExistsError:
            found = place.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
                return False
        for leftover in place.iterdir():
            leftover.unlink()
        with account.assumed(), socket.socket(socket.AF_UNIX) as probe:
            probe.bind(str(place / NAME))
            (place / NAME).unlink()
    except OSError:
        return False
    return True
