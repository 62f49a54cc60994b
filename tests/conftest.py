"""A real PostgreSQL for the suite: the embedded one, or the server that PARTNERHUB_TEST_DATABASE_URL names."""

import asyncio
import os
import secrets
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from models.migrate import migrate
from server.database import opened
from server.embedded import start
from server.settings import load_settings
from tests.server import command, environment, serving
from tests.today import TODAY


def pytest_configure(config: pytest.Config) -> None:
    """An error in one field leaves what was to be resolved beside it unawaited, in graphql-core as it stands."""
    if os.environ.get("PARTNERHUB_EXECUTOR") == "graphql-core":
        for message, category in (
            ("coroutine .* was never awaited", "RuntimeWarning"),
            ("Exception ignored in. <coroutine object", "pytest.PytestUnraisableExceptionWarning"),
        ):
            config.addinivalue_line("filterwarnings", f"ignore:{message}:{category}")  # for each test
        # And for what is left when all tests are done, whose filters are set already.
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)


@dataclass(frozen=True)
class Postgres:
    """A server on which databases can be made."""

    url: str

    def named(self, database: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{database}"))

    def run(self, sql: str) -> None:
        async def work() -> None:
            connection = await asyncpg.connect(self.url)
            try:
                await connection.execute(sql)
            finally:
                await connection.close()

        asyncio.run(work())

    def create(self, template: str | None = None) -> str:
        """A new database's name: an empty one, or a copy."""
        name = f"partnerhub_test_{secrets.token_hex(6)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    url = os.environ.get("PARTNERHUB_TEST_DATABASE_URL")
    if url:
        yield Postgres(url)
    else:
        with start(tmp_path_factory.mktemp("postgres"), fsync=False) as embedded:
            yield Postgres(embedded.url)


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> Iterator[str]:
    """A migrated database that the others are copied from."""
    name = postgres.create()

    async def work() -> None:
        url = postgres.named(name)
        async with opened(url, load_settings(database_url=url)):
            await migrate()

    asyncio.run(work())
    yield name
    postgres.drop(name)


@pytest.fixture(scope="session")
def database_url(postgres: Postgres, template: str) -> Iterator[str]:
    """A migrated database that the whole session shares."""
    name = postgres.create(template)
    yield postgres.named(name)
    postgres.drop(name)


@pytest.fixture
def fresh_database_url(postgres: Postgres, template: str) -> Iterator[str]:
    """A migrated database of one test's own."""
    name = postgres.create(template)
    yield postgres.named(name)
    postgres.drop(name)


@pytest.fixture(scope="session")
def today() -> date:
    return TODAY


@dataclass(frozen=True)
class LiveServer:
    """A served demo, and a full admin's token."""

    url: str
    token: str


@pytest.fixture(scope="session")
def live_server(
    postgres: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """`partnerhub demo` as a process of its own."""
    folder = tmp_path_factory.mktemp("demo")
    name = postgres.create(template)
    env = environment(postgres.named(name), folder)
    with serving("demo", "--customers", "60", env=env, cwd=folder) as address:
        token = command("token", "full.admin@demo.example", env=env, cwd=folder).stdout.strip()
        yield LiveServer(address, token)
    postgres.drop(name)


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder for keys."""
    return tmp_path_factory.mktemp("data")
