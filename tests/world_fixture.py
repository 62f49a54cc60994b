"""The random partner, imported by the command line and served over HTTP, once a session.

A test module that wants it says `pytest_plugins = ["tests.world_fixture"]`.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from tests import oracle
from tests.conftest import Postgres
from tests.row_files import write_rows
from tests.rows import random_rows
from tests.server import command, environment, served
from tests.world import World

CUSTOMERS = 2000


@contextmanager
def imported(
    rows: oracle.Rows, postgres: Postgres, template: str, folder: Path, *, shuffle_seed: int
) -> Iterator[str]:
    """A database of its own with these rows, by the command line."""
    write_rows(rows, folder / "rows", "csv", shuffle_seed=shuffle_seed)
    name = postgres.create(template)
    url = postgres.named(name)
    command("import", str(folder / "rows"), "--partner", "World", env=environment(url, folder), cwd=folder)
    yield url
    postgres.drop(name)


@pytest.fixture(scope="session")
def world_rows(today: date) -> oracle.Rows:
    rows = random_rows(7, CUSTOMERS, today)
    rows["calls"] = []  # nothing here asks for them, and they are most of the rows
    return rows


@pytest.fixture(scope="session")
def world_database(
    world_rows: oracle.Rows, postgres: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with imported(world_rows, postgres, template, tmp_path_factory.mktemp("world"), shuffle_seed=7) as url:
        yield url


@pytest.fixture(scope="session")
async def world(
    world_rows: oracle.Rows, world_database: str, today: date, data_dir: Path
) -> AsyncIterator[World]:
    async with served(world_database, data_dir, "World") as api:
        yield World(api, oracle.Book(world_rows), today, world_database)
