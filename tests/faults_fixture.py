"""The small partner on a PostgreSQL of its own, filled once a session, to be stopped, restarted and frozen.

A test module that wants it says `pytest_plugins = ["tests.faults_fixture"]`, and names the `firm` that it asks.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.firm import Firm, fill, firm_on
from tests.own_postgres import OwnPostgres, own_postgres, prepare


@pytest.fixture(scope="session")
def postgres_of_our_own(tmp_path_factory: pytest.TempPathFactory, today: date) -> Iterator[OwnPostgres]:
    with own_postgres(tmp_path_factory.mktemp("faults")) as postgres:
        asyncio.run(prepare(postgres.url))
        asyncio.run(fill(postgres.url, tmp_path_factory.mktemp("rows"), today))
        yield postgres


@pytest.fixture
async def firm_of_our_own(
    postgres_of_our_own: OwnPostgres, data_dir: Path, today: date
) -> AsyncIterator[Firm]:
    few = {"database_connections": 4, "request_timeout_seconds": 3}
    async with firm_on(postgres_of_our_own.url, data_dir, today, **few) as firm:
        yield firm
