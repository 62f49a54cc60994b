"""A folder to unpack into. It ends with its import, or, if that was killed, with a later one."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir

_PREFIX = "partnerhub-import-"
_NEW_SECONDS = 60
"""Nobody may have locked a new one yet."""


@contextmanager
def unpacking() -> Iterator[Path]:
    """The folder, locked while in use. What killed imports have left is taken away first."""
    for left in Path(gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError), _locked(left) as found:  # in use, another user's, or gone by now
            if found.st_uid == os.geteuid() and time.time() - found.st_mtime > _NEW_SECONDS:
                rmtree(left)
    with TemporaryDirectory(prefix=_PREFIX) as name, ExitStack() as lock:
        with suppress(OSError):  # there are file systems without locks, where nobody takes it away
            lock.enter_context(_locked(Path(name)))
        yield Path(name)


@contextmanager
def _locked(folder: Path) -> Iterator[os.stat_result]:
    """Raises OSError when it is no folder, or somebody else has the lock."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield os.fstat(fd)
    finally:
        os.close(fd)
