"""The data folder's own keys: the first signs new tokens, the others are accepted until they are dropped."""

import json
import logging
import os
import secrets
import stat
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from resolvers.errors import Unauthenticated
from server.settings import SettingsError

log = logging.getLogger("partnerhub.tokens")

LOCAL_ALGORITHM = "ES256"
FILE = "token-key.json"


class KeyRingError(Exception):
    """The keys cannot be changed as asked: one line that says why."""


@dataclass(frozen=True)
class LocalKey:
    """One key, since when it signs or signed, and from when on it is not accepted any more (Unix time)."""

    key: ECKey
    made_at: float
    drop_at: float | None = None

    @property
    def id(self) -> str:
        return str(self.key.kid)

    def is_good(self, now: float) -> bool:
        return self.drop_at is None or now < self.drop_at


Ring = tuple[LocalKey, ...]


def key_ring(data_dir: Path) -> Ring:
    """The data folder's keys, the signing one first. On first use one is made; by several at once, the same one."""
    path = data_dir / FILE
    if not path.exists():
        _prepare(data_dir)
        draft = data_dir / f".{FILE}-{secrets.token_hex(8)}"
        with _open(draft) as file:
            _write(file, (_new_key(),))
        try:
            os.link(draft, path)  # whole or not at all, and only the first one counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return _read(path)


def local_key(data_dir: Path) -> ECKey:
    """The key that signs new tokens."""
    return key_ring(data_dir)[0].key


def rotate(data_dir: Path, drop_after: float | None = None) -> Ring:
    """A new key signs from now on. The others stay good: until dropped, or for so many seconds."""
    now = time.time()

    def change(ring: Ring) -> Ring:
        old = [key for key in ring if key.is_good(now)]
        if drop_after is not None:
            end = now + drop_after
            old = [replace(key, drop_at=min(end, key.drop_at or end)) for key in old]
        return (_new_key(), *old)

    return _changed(data_dir, change)


def drop(data_dir: Path, key_ids: Sequence[str]) -> Ring:
    """End these keys, and with them the tokens that they signed."""

    def change(ring: Ring) -> Ring:
        for key_id in key_ids:
            if key_id == ring[0].id:
                raise KeyRingError(f"{key_id} signs new tokens: run `partnerhub keys rotate` first")
            if key_id not in {key.id for key in ring}:
                raise KeyRingError(f"there is no key {key_id}: `partnerhub keys list` names them")
        return tuple(key for key in ring if key.id not in key_ids)

    return _changed(data_dir, change)


class LocalKeys:
    """The keys as a running server knows them: a changed file is noticed with the next request."""

    algorithms = [LOCAL_ALGORITHM]

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._name = str(self._path)
        self._seen = self._look()
        self._keys = {key.id: key for key in key_ring(data_dir)}

    async def key(self, key_id: str) -> ECKey:
        """The key of this ID. Raises Unauthenticated."""
        self._refresh()
        found = self._keys.get(key_id)
        if found is None or not found.is_good(time.time()):
            raise Unauthenticated(
                "The access token is signed by a key that is not accepted here."
                " `partnerhub token EMAIL` prints a new token."
            )
        return found.key

    def _refresh(self) -> None:
        try:
            seen = self._look()
        except OSError as error:
            if self._seen is not None:
                log.warning("the keys cannot be looked up, the last known stay good: %s", error)
                self._seen = None
            return
        if seen == self._seen:
            return
        self._seen = seen
        try:
            ring = _read(self._path) if seen else ()  # a file that was removed ends all tokens
        except (OSError, SettingsError) as error:
            log.warning("the changed keys cannot be read, the last known stay good: %s", error)
            return
        kept = {key.id: key for key in ring}
        log.info("the keys have changed: %d accepted", len(kept))
        self._keys = {
            key_id: replace(key, key=self._keys[key_id].key) if key_id in self._keys else key
            for key_id, key in kept.items()
        }

    def _look(self) -> tuple[int, ...] | None:
        """What changes when the file does; empty when there is none."""
        try:
            found = os.stat(self._name)  # noqa: PTH116 -- once a request: a path takes twice as long
        except FileNotFoundError:
            return ()
        return found.st_mtime_ns, found.st_ino, found.st_size


def _new_key() -> LocalKey:
    return LocalKey(ECKey.generate_key("P-256", auto_kid=True), time.time())


def _read(path: Path) -> Ring:
    _keep_private(path)
    try:
        document = json.loads(path.read_text())
        documents: list[dict[str, Any]] = document.get("keys", [document])
        made_at = path.stat().st_mtime
        ring = tuple(
            LocalKey(ECKey.import_key(one), float(one.pop("made_at", made_at)), one.pop("drop_at", None))
            for one in documents
        )
        if ring and all(key.key.is_private and key.key.kid for key in ring):
            return ring
    except (ValueError, TypeError, KeyError, AttributeError, JoseError):
        pass
    raise SettingsError(f"{path} holds no key: remove it, and a new one is made (old tokens then end)")


def _changed(data_dir: Path, change: Callable[[Ring], Ring]) -> Ring:
    """The keys after the change, which is made by one at a time: who could make the draft has the turn."""
    key_ring(data_dir)
    draft = data_dir / f"{FILE}.new"
    try:
        file = _open(draft)
    except FileExistsError:
        raise KeyRingError(
            f"the keys are being changed by another command; if there is none, remove {draft}"
        ) from None
    try:
        with file:
            ring = change(_read(data_dir / FILE))
            _write(file, ring)
        draft.replace(data_dir / FILE)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return ring


def _open(path: Path) -> IO[str]:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    if _is_root():  # on a user's folder, perhaps
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
    return os.fdopen(fd, "w")


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _write(file: IO[str], ring: Ring) -> None:
    documents = []
    for one in ring:
        document = one.key.as_dict(private=True) | {"made_at": int(one.made_at)}
        documents.append(document if one.drop_at is None else document | {"drop_at": int(one.drop_at)})
    json.dump({"keys": documents}, file)
    file.flush()
    os.fsync(file.fileno())


def _prepare(data_dir: Path) -> None:
    if not data_dir.is_dir():
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_root():  # whose embedded server runs as another account, which has to pass through
            data_dir.chmod(0o711)


def _keep_private(path: Path) -> None:
    """See that nobody else reads the keys: our own file is mended, another's refused. Raises SettingsError."""
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    if os.name == "nt" or not mode & 0o077:
        return
    if _is_root() or found.st_uid == os.geteuid():
        log.warning(
            "%s could be read by others (mode %04o): it is 0600 now. Run `partnerhub keys rotate` and drop the"
            " old key if someone may have.",
            path,
            mode,
        )
        try:
            path.chmod(0o600)
            return
        except OSError:
            pass
    elif not mode & 0o027:  # a secret that is mounted for our group
        return
    raise SettingsError(f"{path} is open to others (mode {mode:04o}): give it mode 0600")
