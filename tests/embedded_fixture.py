"""Data folders of an embedded PostgreSQL, new and filled, and commands to hold them.

A test module that wants them says `pytest_plugins = ["tests.embedded_fixture"]`.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from server.embedded import start
from server.embedded.programs import SHARED_COPIES
from tests.embedded import Command, gone, run


@pytest.fixture
def commands() -> Iterator[Callable[..., Command]]:
    with ExitStack() as started:

        def launch(*arguments: Any) -> Command:
            command = Command(*arguments)
            started.callback(command.kill)
            return command

        yield launch


@pytest.fixture(scope="module")
def copies() -> Iterator[None]:
    """Leave no copies of the programs behind that a test caused."""
    before = set(SHARED_COPIES.glob("*"))
    yield
    for made in set(SHARED_COPIES.glob("*")) - before:
        shutil.rmtree(made)


@pytest.fixture
def empty(copies: None) -> Iterator[Path]:
    """A data folder that is not there yet, below one that any account may enter."""
    with tempfile.TemporaryDirectory(prefix="partnerhub-test-") as above:
        Path(above).chmod(0o755)
        path = Path(above) / "data"
        yield path
        gone(path)


@pytest.fixture(scope="module")
def whole(copies: None) -> Iterator[Path]:
    """A data folder with a table of a thousand rows, stopped."""
    with tempfile.TemporaryDirectory(prefix="partnerhub-test-") as above:
        path = Path(above) / "data"
        with start(path, fsync=False) as held:
            run(held.connection, "CREATE TABLE kept AS SELECT n FROM generate_series(1, 1000) n")
        gone(path)
        yield path


@pytest.fixture
def folder(empty: Path, whole: Path) -> Path:
    """A copy of it, which spares a test the first start."""
    gone(whole)
    subprocess.run(["cp", "-a", whole, empty], check=True)
    return empty
