"""The service over an office, to send bytes to.

A test module that wants it says `pytest_plugins = ["tests.hostile_fixture"]`.
"""

import asyncio
from collections.abc import Iterator

import pytest

from server.settings import load_settings
from server.tokens import issue_token
from tests import office
from tests.hostile import TIMEOUT, Target
from tests.server import environment, serving


@pytest.fixture(scope="module")
def target(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    asyncio.run(office.fill(database_url))
    folder = tmp_path_factory.mktemp("hostile")
    env = environment(database_url, folder, PARTNERHUB_REQUEST_TIMEOUT_SECONDS=TIMEOUT)
    with serving("serve", env=env, cwd=folder) as address:
        settings = load_settings(data_dir=folder)
        token = issue_token(settings, partner=office.PARTNER, email=office.FULL, seconds=3600)
        yield Target(address, token)
