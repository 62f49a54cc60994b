"""Who the server runs as: PostgreSQL refuses to be root."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

NOBODY = 65534
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class Account:
    """The user that initdb and postgres run as, and whose the cluster's files are."""

    uid: int
    gid: int

    @classmethod
    def of(cls, folder: Path) -> "Account":
        """Ourselves; for root, whoever owns the data already, else nobody."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        for path in (folder / "cluster", folder):
            if path.exists() and (owner := path.lstat()).st_uid != 0:
                return cls(owner.st_uid, owner.st_gid)
        try:
            entry = pwd.getpwnam("nobody")
        except KeyError:
            return cls(NOBODY, NOBODY)
        return cls(entry.pw_uid, entry.pw_gid)

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()

    @property
    def has_name(self) -> bool:
        try:
            pwd.getpwuid(self.uid)
        except KeyError:
            return False
        return True

    def give(self, path: Path, mode: int) -> None:
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        path.chmod(mode)

    @contextmanager
    def assumed(self) -> Iterator[None]:
        """Touch files with this account's permissions, to learn what it can reach."""
        if not self.is_other:
            yield
            return
        groups, gid = os.getgroups(), os.getegid()
        os.setgroups([])
        os.setegid(self.gid)
        os.seteuid(self.uid)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(gid)
            os.setgroups(groups)

    def launch(
        self,
        arguments: Iterable[str | Path],
        *,
        cwd: Path = Path("/"),
        stdin: int | IO[bytes] = subprocess.DEVNULL,
        stdout: int | IO[bytes] = subprocess.DEVNULL,
        stderr: int | IO[bytes] = subprocess.STDOUT,
    ) -> subprocess.Popen[bytes]:
        """Start a program as this account; it knows nothing of our environment and ends when we do."""
        parent = os.getpid()

        def end_with_parent() -> None:
            # After the change of user, which would clear it.
            if sys.platform == "linux":
                LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
            if os.getppid() != parent:
                os._exit(1)

        kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
        return subprocess.Popen(
            [str(argument) for argument in arguments],
            cwd=cwd,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **kept},
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            user=self.uid if self.is_other else None,
            group=self.gid if self.is_other else None,
            extra_groups=[] if self.is_other else None,
            preexec_fn=end_with_parent,
        )
