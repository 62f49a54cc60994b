"""The data folder's keys: made private, rotated, dropped, and noticed by a server that runs."""

import json
import os
import re
import stat
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from server.keys import LocalKeys, local_key, rotate
from server.settings import SettingsError, load_settings
from server.tokens import Verifier, issue_token
from tests import office
from tests.conftest import Postgres
from tests.server import Api, command, environment, served, serving

KEYS = "token-key.json"
ECHO = "{ viewer { admin { email } } }"


@pytest.fixture(scope="module")
def empty_database(postgres: Postgres, template: str) -> Iterator[str]:
    name = postgres.create(template)
    yield postgres.named(name)
    postgres.drop(name)


@pytest.fixture(scope="module")
async def database(empty_database: str) -> str:
    await office.fill(empty_database, "Keys")
    return empty_database


@pytest.fixture
async def api(database: str, tmp_path: Path) -> AsyncIterator[Api]:
    """A service with a data folder of its own, so with keys of its own."""
    async with served(database, tmp_path / "data", "Keys") as api:
        yield api


async def status(api: Api, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return (await api.client.post("/graphql", json={"query": ECHO}, headers=headers)).status_code


def new_token(api: Api) -> str:
    return issue_token(api.settings, partner="Keys", email=office.FULL, seconds=3600)


def keys(*arguments: str, data_dir: Path, check: bool = True) -> list[list[str]]:
    """What the command prints, by lines and words."""
    env = environment(None, data_dir)
    done = command("keys", *arguments, env=env, cwd=data_dir.parent, check=check)
    return [line.split() for line in (done.stdout if check else done.stderr).splitlines()]


async def test_a_rotation_is_noticed_by_a_server_that_runs(api: Api, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    old = new_token(api)
    assert await status(api, old) == 200

    (new_key, *_), (old_key, *_) = keys("rotate", data_dir=folder)
    new = new_token(api)
    assert [await status(api, token) for token in (old, new)] == [200, 200]

    assert [line[0] for line in keys("drop", old_key, data_dir=folder)] == [new_key]
    assert [await status(api, token) for token in (old, new)] == [401, 200]


async def test_a_key_may_be_dropped_by_the_clock(api: Api, tmp_path: Path) -> None:
    old = new_token(api)
    assert await status(api, old) == 200
    ring = keys("rotate", "--drop-after", "2s", data_dir=tmp_path / "data")
    assert " ".join(ring[0]).endswith("signs new tokens")
    until = re.search(r"accepted until (\S+)$", " ".join(ring[1]))
    assert until and abs(datetime.fromisoformat(until[1]) - datetime.now(UTC)).total_seconds() < 60
    deadline = time.monotonic() + 30
    while await status(api, old) == 200:
        assert time.monotonic() < deadline, "it is accepted for ever"
    assert await status(api, new_token(api)) == 200


def test_a_later_rotation_never_lengthens_a_keys_life(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    keys("list", data_dir=folder)
    first = keys("rotate", "--drop-after", "1h", data_dir=folder)[1]
    second = keys("rotate", "--drop-after", "7d", data_dir=folder)[2]
    assert first == second


@pytest.mark.parametrize("duration", ["9999999d", "3651d", "soon", ""])
def test_nothing_is_written_for_a_duration_that_is_none(tmp_path: Path, duration: str) -> None:
    folder = tmp_path / "data"
    env = environment(None, folder)
    before = keys("list", data_dir=folder)
    done = command("keys", "rotate", "--drop-after", duration, env=env, cwd=tmp_path, check=False)
    assert (done.returncode, "--drop-after" in done.stderr, done.stdout) == (2, True, "")
    assert keys("list", data_dir=folder) == before
    assert (
        len(keys("rotate", "--drop-after", "3650d", data_dir=folder))
        == len(keys("list", data_dir=folder))
        == 2
    )


async def test_removing_the_file_ends_all_tokens(api: Api, tmp_path: Path) -> None:
    old = new_token(api)
    assert await status(api, old) == 200
    (tmp_path / "data" / KEYS).unlink()
    assert await status(api, old) == 401
    new = new_token(api)
    assert [await status(api, token) for token in (old, new)] == [401, 200]


async def test_a_spoilt_file_leaves_the_last_keys_good(
    api: Api, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    token = new_token(api)
    (tmp_path / "data" / KEYS).write_text("{")
    assert [await status(api, token) for _ in range(2)] == [200, 200]
    assert caplog.text.count("the last known stay good") == 1


def test_what_cannot_be_dropped_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    ((only, *_),) = keys("list", data_dir=folder)
    before = (folder / KEYS).read_text()
    for arguments, reason in (
        (["drop", only], f"{only} signs new tokens: run `partnerhub keys rotate` first"),
        (["drop", "unknown"], "there is no key unknown: `partnerhub keys list` names them"),
    ):
        assert " ".join(keys(*arguments, data_dir=folder, check=False)[0]) == reason
    (folder / f"{KEYS}.new").touch()
    assert "by another command" in " ".join(keys("rotate", data_dir=folder, check=False)[0])
    assert (folder / KEYS).read_text() == before


def test_old_keys_are_dropped_together(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for _ in range(2):
        ring = keys("rotate", data_dir=folder)
    assert len(ring) == 3
    assert keys("drop", "--old", data_dir=folder) == ring[:1] == keys("list", data_dir=folder)
    assert sorted(path.name for path in folder.iterdir()) == [KEYS]


@pytest.mark.parametrize("key_id", ["-kaoP7wn", "--old7wn", "-", "--_"])
def test_a_key_whose_id_looks_like_an_option_is_dropped(key_id: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    ring = keys("rotate", data_dir=folder)
    file = folder / KEYS
    file.write_text(file.read_text().replace(ring[1][0], key_id))
    assert keys("list", data_dir=folder)[1][0] == key_id
    assert keys("drop", key_id, data_dir=folder) == ring[:1] == keys("list", data_dir=folder)


def test_a_providers_keys_are_not_ours_to_rotate(tmp_path: Path) -> None:
    env = environment(None, tmp_path, PARTNERHUB_JWKS_URL="https://id.example/keys")
    done = command("keys", "rotate", env=env, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "identity provider" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_file_of_an_earlier_version_holds_one_key(tmp_path: Path) -> None:
    key = local_key(tmp_path)
    (tmp_path / KEYS).write_text(json.dumps(key.as_dict(private=True)))
    assert local_key(tmp_path).kid == key.kid
    assert len(keys("rotate", data_dir=tmp_path)) == 2


def test_the_folder_and_the_key_are_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    before = os.umask(0o002)
    try:
        keys("rotate", data_dir=folder)
    finally:
        os.umask(before)
    # Root's embedded PostgreSQL is another user, who has to pass through.
    assert stat.S_IMODE(folder.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)
    assert stat.S_IMODE((folder / KEYS).stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o666, 0o604])
def test_a_key_that_others_can_read_is_mended_and_told(
    tmp_path: Path, mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    kid = local_key(tmp_path).kid
    (tmp_path / KEYS).chmod(mode)
    assert local_key(tmp_path).kid == kid
    assert stat.S_IMODE((tmp_path / KEYS).stat().st_mode) == 0o600
    assert f"could be read by others (mode {mode:04o})" in caplog.text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's file")
def test_another_users_key_that_is_open_to_all_is_refused() -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        local_key(Path(folder))
        (Path(folder) / KEYS).chmod(0o644)
        os.seteuid(65534)
        try:
            with pytest.raises(SettingsError, match=r"is open to others \(mode 0644\): give it mode 0600"):
                local_key(Path(folder))
        finally:
            os.seteuid(0)


async def test_a_token_is_checked_by_its_signature_once(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, database_url="postgres://nowhere/none")
    verifier = Verifier(settings, LocalKeys(tmp_path))
    header = "Bearer " + issue_token(settings, partner="Keys", email=office.FULL, seconds=60)
    first = await verifier.identity(header)
    assert await verifier.identity(header) is first
    changed = header[:-4] + ("AAAA" if not header.endswith("AAAA") else "BBBB")
    with pytest.raises(Exception, match="not valid here"):
        await verifier.identity(changed)
    rotate(tmp_path)
    assert await verifier.identity(header) is first, "the key is still the same"


def test_a_rotation_needs_no_restart_of_any_worker(database: str, tmp_path: Path) -> None:
    env = environment(database, tmp_path / "data")

    def token() -> str:
        return command("token", office.FULL, "--partner", "Keys", env=env, cwd=tmp_path).stdout.strip()

    old = token()
    with serving("serve", "--workers", "2", env=env, cwd=tmp_path) as address, httpx.Client() as client:

        def statuses(token: str) -> set[int]:
            headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
            return {
                client.post(f"{address}/graphql", json={"query": ECHO}, headers=headers).status_code
                for _ in range(12)
            }

        assert statuses(old) == {200}
        keys("rotate", data_dir=tmp_path / "data")
        new = token()
        assert statuses(new) == statuses(old) == {200}
        keys("drop", "--old", data_dir=tmp_path / "data")
        assert statuses(old) == {401}
        assert statuses(new) == {200}
