"""A made-up partner to measure on, imported into a database of its own and kept for the day."""

import asyncio
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from ingest import run_import
from ingest.demo import generate
from models.migrate import migrate, schema_state
from server.database import connect, opened
from server.embedded import start
from server.settings import load_settings

CACHE = Path(__file__).parents[1] / ".partnerhub-bench"
PARTNER = "Bench Partner"
_PREFIX = "partnerhub_bench"


@dataclass(frozen=True)
class BenchPartner:
    """The only partner of its database. Its data are made for `today`."""

    url: str
    today: date


@contextmanager
def bench_partner(customers: int, *, calls: bool = False, fresh: bool = False) -> Iterator[BenchPartner]:
    """A partner of so many customers: today's, if there is one and `fresh` does not want another."""
    today = datetime.now(UTC).date()
    name = f"{_PREFIX}_{customers}{'_calls' if calls else ''}_{today:%Y%m%d}"
    with _server() as server:
        partner = BenchPartner(_named(server, name), today)
        asyncio.run(_ensure(server, name, partner, customers, calls=calls, fresh=fresh))
        yield partner


@contextmanager
def _server() -> Iterator[str]:
    """A server on which databases can be made: the one that is named, or an embedded one."""
    CACHE.mkdir(exist_ok=True)  # the service keeps its key there
    url = os.environ.get("PARTNERHUB_BENCH_DATABASE_URL")
    if url:
        yield url
        return
    with start(CACHE) as embedded:
        yield embedded.url


def _named(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


async def _ensure(
    server: str, name: str, partner: BenchPartner, customers: int, *, calls: bool, fresh: bool
) -> None:
    connection = await connect(server)
    try:
        names = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        if name in names and not fresh and await _is_up_to_date(partner.url):
            return
        draft = f"{_PREFIX}_draft"
        for old in names:
            if old in (name, draft) or _is_of_another_day(old, partner.today):
                await connection.execute(f"DROP DATABASE {old} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {draft} TEMPLATE template0")
        await _fill(_named(server, draft), partner.today, customers, calls=calls)
        await connection.execute(f"ALTER DATABASE {draft} RENAME TO {name}")  # only a whole one is kept
    finally:
        await connection.close()


async def _is_up_to_date(url: str) -> bool:
    async with opened(url, load_settings(database_url=url)) as client:
        return (await schema_state(client)).up_to_date


def _is_of_another_day(database: str, today: date) -> bool:
    found = re.fullmatch(rf"{_PREFIX}_\d+(_calls)?_(\d+)", database)
    return found is not None and found[2] != f"{today:%Y%m%d}"


async def _fill(url: str, today: date, customers: int, *, calls: bool) -> None:
    async with opened(url, load_settings(database_url=url)):
        await migrate()
    connection: asyncpg.Connection = await connect(url)
    try:
        with tempfile.TemporaryDirectory(prefix="partnerhub-bench-") as folder:
            generate(Path(folder), customers=customers, today=today, calls=calls)
            await run_import(connection, Path(folder), partner=PARTNER)
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
