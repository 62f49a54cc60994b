"""How requests share the pool's connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from resolvers.connections import Connections
from resolvers.database import Database
from resolvers.row import Row
from resolvers.session import Plans
from resolvers.shared import SPARE_SECONDS
from server.database import opened, own_connection
from server.settings import load_settings
from tests import office
from tests.scrape import counted
from tests.server import served

WIDE = """{
  customers { nodes {
    name
    tags { name }
    partnerAdmins { email }
    licenses { total }
    subscriptions { totalCount nodes { subscriptionId licenses { product } orders { totalCount } } }
    trials { totalCount nodes { trialId } }
  } }
}"""
NARROW = "{ customers { totalCount } }"


@pytest.mark.parametrize("connections", [1, 3, 10])
async def test_requests_never_wait_for_what_one_another_hold(
    fresh_database_url: str, data_dir: Path, connections: int
) -> None:
    """A burst on a pool that is still empty, of requests that each could use several connections at once."""
    await office.fill(fresh_database_url)
    few = {"database_connections": connections, "request_timeout_seconds": 10}
    async with served(fresh_database_url, data_dir, office.PARTNER, **few) as api:
        answers = await asyncio.gather(
            *(api.ask(office.FULL, query) for query in [WIDE, WIDE, NARROW] * 10), api.ask(office.FULL, WIDE)
        )
        assert [answer.codes for answer in answers] == [[]] * 31
        assert {str(answer.data) for answer in answers[2:-1:3]} == {
            str({"customers": {"totalCount": office.CUSTOMERS}})
        }
        wide = {str(answer.data) for n, answer in enumerate(answers) if n % 3 != 2}
        assert len(wide) == 1
        text = (await api.client.get("/metrics")).text
        assert counted(text, "partnerhub_database_connections", state="in_use") == 0
        assert counted(text, "partnerhub_database_connections") <= connections


@asynccontextmanager
async def serving_on(url: str, data_dir: Path, option: str) -> AsyncIterator[AsyncpgDBClient]:
    """The pool of a service, with this option in the database's URL."""
    if option:
        url += f"{'&' if '?' in url else '?'}{option}"
    settings = load_settings(database_url=url, data_dir=data_dir)
    async with opened(url, settings, serving=True) as client:
        yield client


@pytest.mark.parametrize(("option", "set"), [("", True), ("statement_cache_size=0", False)])
async def test_behind_a_pooler_no_session_is_changed(
    database_url: str, data_dir: Path, option: str, set: bool
) -> None:
    """There a session may be another's next, and no plan outlives its statement."""
    async with serving_on(database_url, data_dir, option) as client:
        for plans in Plans:
            sql = "SELECT current_setting('plan_cache_mode') AS mode"
            [row] = await Database(client).fetch(sql, {}, Row, plans)
            expected = plans.value if set else "auto"
            assert plans is Plans.EITHER or row["mode"] == expected


@pytest.mark.parametrize(("option", "kept"), [("", True), ("statement_cache_size=0", False)])
async def test_behind_a_pooler_nothing_stays_prepared_beside_the_pool(
    database_url: str, data_dir: Path, option: str, kept: bool
) -> None:
    """Such as what `/readyz` asks: the session in which it was prepared is another's by the next time."""
    async with serving_on(database_url, data_dir, option) as client:
        connection = await asyncpg.connect(**own_connection(client, "partnerhub beside"))
        await connection.fetch("SELECT 1")
        prepared = await connection.fetchval("SELECT count(*) FROM pg_prepared_statements")
        await connection.close()
    assert bool(prepared) is kept


async def test_what_nobody_needs_goes_back_to_the_pool(database_url: str, data_dir: Path) -> None:
    settings = load_settings(database_url=database_url, data_dir=data_dir)
    async with opened(database_url, settings, serving=True) as client:

        async def ask() -> None:
            database = Database(client)
            async with database.kept():
                await asyncio.gather(*(database.fetch("SELECT pg_sleep(0.05)", {}, Row) for _ in range(3)))

        pool = client._pool
        assert pool is not None
        await ask()
        assert pool.get_size() == 3
        assert pool.get_idle_size() == 0  # spare, for the next request
        async with asyncio.timeout(SPARE_SECONDS * 10):
            while pool.get_idle_size() < 2:
                await Database(client).fetch("SELECT 1", {}, Row)  # which needs one of them
                await asyncio.sleep(SPARE_SECONDS * 1.5)


async def test_a_spare_connection_that_was_cut_off_is_not_used(database_url: str, data_dir: Path) -> None:
    settings = load_settings(database_url=database_url, data_dir=data_dir, database_connections=2)
    async with opened(database_url, settings, serving=True) as client:
        [row] = await Database(client).fetch("SELECT pg_backend_pid() AS pid", {}, Row)
        other = await asyncpg.connect(database_url)
        await other.execute("SELECT pg_terminate_backend($1)", row["pid"])
        await other.close()
        await asyncio.sleep(0.1)
        for _ in range(4):
            database = Database(client)
            [again] = await database.fetch("SELECT pg_backend_pid() AS pid", {}, Row)
            assert again["pid"] != row["pid"]
            assert database.seconds < 5


async def test_a_connection_that_is_cut_off_as_it_is_passed_on(database_url: str, data_dir: Path) -> None:
    settings = load_settings(database_url=database_url, data_dir=data_dir, database_connections=1)
    async with opened(database_url, settings, serving=True) as client:
        for plans in Plans:
            first = Connections(client, 10)
            async with first:
                held = await first.take(Plans.EITHER)
                waiting = asyncio.create_task(Database(client).fetch("SELECT 1 AS one", {}, Row, plans))
                await asyncio.sleep(0.05)
                await first.leave(held, good=True)
            held.terminate()  # it is the other's already, who has not come to use it yet
            [row] = await asyncio.wait_for(waiting, 10)
            assert row["one"] == 1


async def test_a_request_has_room_while_no_other_needs_the_database(
    database_url: str, data_dir: Path
) -> None:
    settings = load_settings(database_url=database_url, data_dir=data_dir)
    async with opened(database_url, settings, serving=True) as client:
        one, other = Database(client), Database(client)
        assert one.alone
        async with one.kept():
            await one.fetch("SELECT 1", {}, Row)
            assert one.alone
            assert not other.alone
        assert other.alone
