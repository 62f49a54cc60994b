"""A database of the import's tests, a connection to it, and a partner of each test's own.

A test module that wants them says `pytest_plugins = ["tests.import_fixture"]`.
"""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import Postgres


@pytest.fixture(scope="session")
def import_url(postgres: Postgres, template: str) -> Iterator[str]:
    name = postgres.create(template)
    yield postgres.named(name)
    postgres.drop(name)


@pytest.fixture
async def db(import_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(import_url)
    yield connection
    await connection.close()


@pytest.fixture
def partner() -> str:
    return f"Partner {uuid4().hex}"
