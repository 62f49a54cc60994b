"""An office of its own for each test (`database`), and the service over it (`api`).

A test module that wants them says `pytest_plugins = ["tests.office_fixture"]`.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import office
from tests.server import Api, served


@pytest.fixture
async def database(fresh_database_url: str) -> str:
    await office.fill(fresh_database_url)
    return fresh_database_url


@pytest.fixture
async def api(database: str, data_dir: Path) -> AsyncIterator[Api]:
    async with served(database, data_dir, office.PARTNER) as api:
        yield api
