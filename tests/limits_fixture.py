"""The service with the limits that it has by default, once a module.

A test module that wants it says `pytest_plugins = ["tests.limits_fixture"]`.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import office
from tests.server import Api, served


@pytest.fixture(scope="module")
async def limited(database_url: str, data_dir: Path) -> AsyncIterator[Api]:
    await office.fill(database_url)
    async with served(database_url, data_dir, office.PARTNER, roomy=False) as api:
        yield api
