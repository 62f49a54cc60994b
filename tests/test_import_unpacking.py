"""Where zips are unpacked: nothing stays of it, not even of an import that was killed."""

import os
import time
from pathlib import Path

import pytest

from ingest.unpacking import unpacking


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def left(folder: Path, seconds_ago: float) -> Path:
    (folder / "calls.csv").write_text("call_id\n")
    moment = time.time() - seconds_ago
    os.utime(folder, (moment, moment))
    return folder


def test_what_a_killed_import_left_is_taken_away_by_the_next(temporary: Path) -> None:
    (temporary / "partnerhub-import-killed").mkdir()
    left(temporary / "partnerhub-import-killed", 3600)
    with unpacking() as folder:
        assert list(temporary.iterdir()) == [folder]
    assert not list(temporary.iterdir())


def test_what_is_in_use_or_not_ours_stays(temporary: Path) -> None:
    (temporary / "partnerhub-import-new").mkdir()  # made this moment, and not locked yet
    (temporary / "elsewhere").mkdir()
    (temporary / "partnerhub-import-link").symlink_to(left(temporary / "elsewhere", 3600))
    (temporary / "partnerhub-import-file").touch()
    with unpacking() as held:
        left(held, 3600)
        there = set(temporary.iterdir())
        with unpacking():
            assert set(temporary.iterdir()) > there
            assert (temporary / "elsewhere" / "calls.csv").exists()
        assert set(temporary.iterdir()) == there
