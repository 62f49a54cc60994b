"""Files of the data folder: private, and owned by the folder's owner even when root makes them."""

import fcntl
import os
from pathlib import Path

from server.embedded.errors import EmbeddedError


def prepare(folder: Path) -> None:
    """Make the data folder if it is missing; a folder that is there keeps its permissions."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    # Root's server runs as another account, which has to pass through to the cluster.
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def open_private(path: Path, flags: int = os.O_RDWR) -> int:
    fd = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(fd, owner.st_uid, owner.st_gid)
    return fd


def write_private(path: Path, text: str) -> None:
    """Write the file so that a reader sees all of it or the one before."""
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(open_private(draft, os.O_WRONLY | os.O_TRUNC), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def sync(folder: Path) -> None:
    """Make a rename in the folder last through a power cut."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def lock(path: Path, *, shared: bool = False) -> int:
    """Wait for a lock, which lasts until the descriptor is closed everywhere."""
    fd = open_private(path)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    except BaseException:
        os.close(fd)
        raise
    return fd


def lock_if_free(path: Path) -> int | None:
    fd = open_private(path)
    if try_lock(fd):
        return fd
    os.close(fd)
    return None


def try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def reason(error: OSError, folder: Path) -> EmbeddedError:
    """Say in one line which file could not be used, and what to do."""
    where = error.filename or folder
    return EmbeddedError(
        f"{where}: {error.strerror or error}: "
        "free or repair it, or set PARTNERHUB_DATA_DIR to a folder that can be written"
    )
