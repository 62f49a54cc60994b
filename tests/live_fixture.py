"""The service with its sockets, once a module.

A test module that wants it says `pytest_plugins = ["tests.live_fixture"]`.
"""

from collections.abc import AsyncIterator

import pytest

from tests import office
from tests.live import Service
from tests.server import environment, serving


@pytest.fixture(scope="module")
async def service(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    folder = tmp_path_factory.mktemp("live")
    await office.fill(database_url)
    await office.fill(database_url, "Neighbour")
    with serving("serve", env=environment(database_url, folder), cwd=folder) as address:
        yield Service(address, database_url, folder)
