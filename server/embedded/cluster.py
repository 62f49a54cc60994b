"""The cluster: PostgreSQL's own folder. Made whole or not at all, checked, and never wiped."""

import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from server.embedded import files
from server.embedded.account import Account
from server.embedded.errors import Abandoned, EmbeddedError, said
from server.embedded.programs import Programs
from server.embedded.settings import DATABASE, USER

# Reached through the working folder, so that the account needs no way through the folders above,
# which may be closed to it (below /root, say).
HERE = Path("/proc/self/cwd")
# Without some of these PostgreSQL starts, and fails later.
PARTS = ("PG_VERSION", "global/pg_control", "base", "pg_wal", "pg_xact", "pg_multixact")
LINGERING = 3.0


@dataclass(frozen=True)
class Cluster:
    """The cluster of a data folder, the account it belongs to and the programs that run it."""

    folder: Path
    account: Account
    programs: Programs

    @property
    def path(self) -> Path:
        return self.folder / "cluster"

    def called(self, path: Path) -> Path:
        """The name by which the account reaches the cluster at this path."""
        return HERE if self.account.is_other and HERE.is_dir() else path

    def ensure(self, *, fsync: bool, abandoned: Callable[[], bool]) -> str:
        """Make the cluster if there is none, refuse one that this version can't open; return the password."""
        file = self.folder / "password"
        secret = file.read_text().strip() if file.is_file() else ""
        self._sweep()
        if self._exists():
            self._check()
            if not secret:  # the file was lost
                secret = secrets.token_hex(24)
                self._alone(self.path, f"ALTER ROLE {USER} PASSWORD '{secret}';\n", abandoned)
                files.write_private(file, secret)
        else:
            secret = secret or secrets.token_hex(24)
            files.write_private(file, secret)
            self._create(secret, fsync=fsync, abandoned=abandoned)
        return secret

    def _exists(self) -> bool:
        if self.path.is_symlink() and not self.path.exists():
            raise EmbeddedError(f"{self.path} points to nothing: restore {self.path.readlink()} or remove it")
        return self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir()))

    def _check(self) -> None:
        other = "or set PARTNERHUB_DATA_DIR to another folder"
        try:
            version = (self.path / "PG_VERSION").read_text().strip()
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
            version = ""
        if version.isdecimal() and int(version) != self.programs.major:
            raise EmbeddedError(
                f"{self.path} belongs to PostgreSQL {version} and this is {self.programs.major}: "
                f"open it with a release that has {version} and move the data by pg_dump, {other}"
            )
        missing = [part for part in PARTS if not (self.path / part).exists()]
        if missing or not version:
            raise EmbeddedError(
                f"{self.path} is no whole PostgreSQL cluster ({(missing or ['PG_VERSION'])[0]} is missing or broken): "
                f"restore it from a backup, {other}"
            )

    def _sweep(self) -> None:
        """Remove what interrupted starts left. The last child of a killed initdb may write there for a moment yet."""
        deadline = time.monotonic() + LINGERING
        while leftovers := list(self.folder.glob("cluster.new-*")):
            for leftover in leftovers:
                shutil.rmtree(leftover, ignore_errors=True)
            if time.monotonic() > deadline:
                return  # it harms nothing, and the next start tries again
            time.sleep(0.01)

    def _create(self, secret: str, *, fsync: bool, abandoned: Callable[[], bool]) -> None:
        draft = Path(tempfile.mkdtemp(prefix="cluster.new-", dir=self.folder))
        try:
            data, key = draft / "data", draft / "password"
            data.mkdir()
            key.write_text(secret)
            self.account.give(data, 0o700)
            self.account.give(key, 0o600)
            draft.chmod(0o711)
            arguments: list[str | Path] = [
                *(self.programs.initdb, f"--pgdata={self.called(data)}"),
                *(f"--username={USER}", "--pwfile=../password", "--no-instructions"),
                *("--auth-local=scram-sha-256", "--auth-host=reject"),
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *([] if fsync else ["--no-sync"]),
            ]
            self._run(arguments, data, b"", abandoned)
            self._alone(data, f"CREATE DATABASE {DATABASE};\n", abandoned)
            data.rename(self.path)
            files.sync(self.folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _alone(self, data: Path, statement: str, abandoned: Callable[[], bool]) -> None:
        options = ["--single", "-D", str(self.called(data)), "-c", "exit_on_error=on"]
        self._run([self.programs.postgres, *options, "postgres"], data, statement.encode(), abandoned)

    def _run(
        self, arguments: Iterable[str | Path], cwd: Path, text: bytes, abandoned: Callable[[], bool]
    ) -> None:
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as output:
            given.write(text)
            given.seek(0)
            with self.account.launch(arguments, cwd=cwd, stdin=given, stdout=output) as process:
                while process.poll() is None:
                    if abandoned():
                        process.terminate()
                        process.wait()
                        raise Abandoned
                    time.sleep(0.005)
            if process.returncode != 0:
                output.seek(0)
                raise EmbeddedError(
                    f"{self.folder} takes no database: {said(output.read())}: "
                    "repair that, or set PARTNERHUB_DATA_DIR to another folder"
                )
