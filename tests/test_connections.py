"""How requests share the pool's connections."""

import asyncio
from pathlib import Path

import pytest

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
