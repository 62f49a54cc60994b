"""The service over an office, to send bytes to.

A test module that wants it says `pytest_plugins = ["tests.hostile_fixture"]`.
"""

import asyncio
from collections.abc import Iterator

import pytest

from tests import office
from tests.hostile import TIMEOUT, Target
from tests.server import command, environment, serving


@pytest.fixture(scope="module")
def target(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    asyncio.run(office.fill(database_url))
    folder = tmp_path_factory.mktemp("hostile")
    env = environment(database_url, folder, PARTNERHUB_REQUEST_TIMEOUT_SECONDS=TIMEOUT)
    with serving("serve", env=env, cwd=folder) as address:
        arguments = ("token", office.FULL, "--partner", office.PARTNER)
        yield Target(address, command(*arguments, env=env, cwd=folder).stdout.strip())
