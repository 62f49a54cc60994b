"""The two partners, filled once a session.

A test module that wants them says `pytest_plugins = ["tests.neighbours_fixture"]`.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import asyncpg
import pytest

from resolvers.ids import GlobalIds
from tests.conftest import Postgres
from tests.neighbours import ALPHA, Neighbours, fill
from tests.server import served


@pytest.fixture(scope="session")
def neighbours_database(postgres: Postgres, template: str) -> Iterator[str]:
    name = postgres.create(template)
    yield postgres.named(name)
    postgres.drop(name)


@pytest.fixture(scope="session")
async def neighbours(
    neighbours_database: str, data_dir: Path, today: date, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Neighbours]:
    connection = await asyncpg.connect(neighbours_database)
    key = await connection.fetchval("SELECT id_key FROM installation")
    async with served(neighbours_database, data_dir, ALPHA) as api:
        folder = tmp_path_factory.mktemp("neighbours")
        neighbours = Neighbours(api, connection, today, folder, GlobalIds(key))
        await fill(neighbours)
        yield neighbours
    await connection.close()
