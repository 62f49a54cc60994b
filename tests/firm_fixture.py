"""The small partner, each test with a copy of its own.

A test module that wants it says `pytest_plugins = ["tests.firm_fixture"]`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import Postgres
from tests.firm import Firm, fill, firm_on


@pytest.fixture(scope="session")
def firm_template(
    postgres: Postgres, template: str, today: date, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    name = postgres.create(template)
    asyncio.run(fill(postgres.named(name), tmp_path_factory.mktemp("firm"), today))
    yield name
    postgres.drop(name)


@pytest.fixture
def firm_database(postgres: Postgres, firm_template: str) -> Iterator[str]:
    name = postgres.create(firm_template)
    yield postgres.named(name)
    postgres.drop(name)


@pytest.fixture
async def firm(firm_database: str, data_dir: Path, today: date) -> AsyncIterator[Firm]:
    async with firm_on(firm_database, data_dir, today) as firm:
        yield firm
