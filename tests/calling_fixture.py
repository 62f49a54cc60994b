"""The random partner with its calls, imported by the command line and served over HTTP, once a session.

A test module that wants it says `pytest_plugins = ["tests.calling_fixture"]`.
"""

import random
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests import oracle
from tests.conftest import Postgres
from tests.rows import random_rows
from tests.server import served
from tests.world import World
from tests.world_fixture import imported

CUSTOMERS = 700
LONG_AGO = timedelta(weeks=28)


@pytest.fixture(scope="session")
def calling_rows(today: date) -> oracle.Rows:
    """Calls at every boundary in the last weeks, and again half a year ago, with some queues renamed since."""
    rows = random_rows(5, CUSTOMERS, today)
    pick = random.Random(5)
    rows["calls"] += [
        {
            **call,
            "call_id": f"old {call['call_id']}",
            "started_at": call["started_at"] - LONG_AGO,
            "queue": pick.choice([call["queue"], "Vertrieb"]) if call["queue"] else None,
        }
        for call in rows["calls"]
    ]
    return rows


@pytest.fixture(scope="session")
def calling_database(
    calling_rows: oracle.Rows, postgres: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with imported(
        calling_rows, postgres, template, tmp_path_factory.mktemp("calling"), shuffle_seed=5
    ) as url:
        yield url


@pytest.fixture(scope="session")
async def calling_world(
    calling_rows: oracle.Rows, calling_database: str, today: date, data_dir: Path
) -> AsyncIterator[World]:
    async with served(calling_database, data_dir, "World") as api:
        yield World(api, oracle.Book(calling_rows), today, calling_database)
