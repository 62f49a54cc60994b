"""What operations cost is used up, by admin and by partner, and comes back."""

import asyncio
import math
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.database import connect
from server.settings import load_settings
from server.tokens import issue_token
from tests import office
from tests.server import Answer, environment, served, serving

PAGE = "{ customers(first: 40) { nodes { id } } }"  # 41
SMALL: dict[str, Any] = {
    "admin_cost_capacity": 100,
    "admin_cost_per_second": 20,
    "partner_cost_capacity": 10**6,
}


@pytest.fixture(scope="module", autouse=True)
async def filled(database_url: str) -> None:
    await office.fill(database_url)


async def test_it_is_told_what_remains_and_charged_what_it_really_cost(
    database_url: str, data_dir: Path
) -> None:
    settings = SMALL | {"admin_cost_capacity": 1000, "admin_cost_per_second": 1, "maximum_cost": 500}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        query = "{ customers(first: 100) { nodes { id } } }"
        first = (await api.ask(office.FULL, query)).cost
        second = (await api.ask(office.FULL, query)).cost
    assert first and second
    assert first == {"requested": 101, "actual": 41, "limit": 500, "remaining": 1000 - 41}
    assert 1000 - 2 * 41 <= second["remaining"] <= 1000 - 2 * 41 + 10


def refused(answer: Answer) -> int:
    """The seconds after which a refused client is to ask again."""
    assert (answer.status, answer.codes) == (429, ["RATE_LIMITED"])
    seconds = int(answer.headers["retry-after"])
    assert answer.errors[0]["extensions"]["retryAfter"] == seconds
    assert "data" not in answer.body
    return seconds


async def test_what_is_used_up_is_refused_until_it_is_back(database_url: str, data_dir: Path) -> None:
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **SMALL) as api:
        assert (await api.ask(office.FULL, PAGE)).status == 200
        answer = await api.ask(office.FULL, PAGE)
        for _ in range(100):
            if answer.status != 200:
                break
            answer = await api.ask(office.FULL, PAGE)
        seconds = refused(answer)
        assert answer.statements == 1  # who asks, and nothing else
        assert 1 <= seconds <= math.ceil(41 / 20)
        assert (await api.ask(office.ASSIGNED, PAGE)).status == 200  # another admin has their own
        await asyncio.sleep(seconds)
        assert (await api.ask(office.FULL, PAGE)).status == 200


async def test_a_partners_admins_share_what_their_partner_has(database_url: str, data_dir: Path) -> None:
    neighbour = "Office beside"
    await office.fill(database_url, neighbour)
    settings = {"partner_cost_capacity": 100, "partner_cost_per_second": 1, "maximum_cost": 100}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        assert (await api.ask(office.FULL, PAGE)).status == 200
        assert (await api.ask(office.DESK, PAGE)).status == 200
        refused(await api.ask(office.ASSIGNED, PAGE))
        refused(await api.ask(office.FULL, PAGE))
        assert (await api.ask(office.FULL, PAGE, partner=neighbour)).status == 200


async def test_many_at_once_do_not_use_more_than_there_is(database_url: str, data_dir: Path) -> None:
    settings = SMALL | {"admin_cost_capacity": 200, "admin_cost_per_second": 1}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        answers = await asyncio.gather(*(api.ask(office.FULL, PAGE) for _ in range(10)))
    assert sum(answer.status == 200 for answer in answers) == 4
    assert sum(answer.status == 429 for answer in answers) == 6


async def test_what_is_refused_costs_nothing(database_url: str, data_dir: Path) -> None:
    settings = SMALL | {"admin_cost_per_second": 1, "maximum_cost": 60}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        for query in ("{", "{ none }", "{ customers(first: 100) { nodes { id } } }"):
            for _ in range(20):
                assert (await api.ask(office.FULL, query)).status == 200
        answer = await api.ask(office.FULL, PAGE)
    assert answer.cost and answer.cost["remaining"] == 100 - 41


async def test_what_is_cut_off_costs_what_was_asked_for(database_url: str, data_dir: Path) -> None:
    settings = SMALL | {"admin_cost_per_second": 1, "request_timeout_seconds": 0.5}
    connection = await connect(database_url)
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        async with connection.transaction():
            await connection.execute("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
            answer = await api.ask(office.FULL, "{ customers(first: 90) { nodes { id } } }")
        assert answer.codes == ["TIMEOUT"]
        assert answer.cost and answer.cost["actual"] == 91
        refused(await api.ask(office.FULL, PAGE))
    await connection.close()


async def test_one_that_may_cost_more_than_fits_waits_for_a_full_bucket(
    database_url: str, data_dir: Path
) -> None:
    settings = SMALL | {"admin_cost_capacity": 30, "admin_cost_per_second": 30}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        assert (await api.ask(office.FULL, PAGE)).status == 200
        seconds = refused(await api.ask(office.FULL, PAGE))
        await asyncio.sleep(seconds)
        assert (await api.ask(office.FULL, PAGE)).status == 200


@pytest.mark.parametrize(
    "accept", ["application/json", "application/graphql-response+json", "text/event-stream"]
)
async def test_every_media_type_is_refused_alike(database_url: str, data_dir: Path, accept: str) -> None:
    settings = SMALL | {"admin_cost_per_second": 1}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        for _ in range(2):
            await api.ask(office.FULL, PAGE)
        refused(await api.ask(office.FULL, PAGE, accept=accept))


def test_each_of_several_processes_has_its_share(database_url: str, data_dir: Path, tmp_path: Path) -> None:
    """The flag counts, whatever a file says of workers."""
    (tmp_path / ".env").write_text("PARTNERHUB_WORKERS=1\n")
    settings = load_settings(data_dir=data_dir)
    token = issue_token(settings, partner=office.PARTNER, email=office.FULL, seconds=3600)
    env = environment(database_url, data_dir)
    with serving("serve", "--workers", "4", env=env, cwd=tmp_path) as address:
        body, headers = {"query": "{ __typename }"}, {"Authorization": f"Bearer {token}"}
        answer = httpx.post(f"{address}/graphql", json=body, headers=headers, timeout=60).json()
    assert answer["extensions"]["cost"]["remaining"] in (249_999, 250_000)
