"""What tests of bad days ask, and what they wait for: locks, a right answer again, and connections that are back."""

import asyncio
import time
from typing import Any

import asyncpg

from tests.firm import FULL, Firm

QUERY = "{ customers { totalCount nodes { name subscriptions { totalCount } } } }"
CHANGE = 'mutation { createTag(input: {name: "%s"}) { tag { name } userErrors { code } } }'
LOCKED = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
OURS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name LIKE 'partnerhub%'"
)


async def waiting_for_locks(connection: asyncpg.Connection, statements: int) -> None:
    """Until so many statements wait for a lock, on whichever side they began."""
    async with asyncio.timeout(60):
        while await connection.fetchval(LOCKED) != statements:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)


async def eventually_right(firm: Firm, expected: Any, seconds: float = 5) -> None:
    """The answer is the expected one within so many seconds, in which nothing but a clear refusal comes."""
    deadline = time.monotonic() + seconds
    while (answer := await firm.api.ask(FULL, QUERY)).body != expected:
        assert set(answer.codes) <= {"UNAVAILABLE", "TIMEOUT"}, answer.body
        assert time.monotonic() < deadline, "it did not recover"
        await asyncio.sleep(0.05)


async def all_connections_are_back(firm: Firm, url: str) -> None:
    """Each of the pool's can be had, and the server knows of no more than those, the listener's and the probe's."""
    answers = await asyncio.gather(*(firm.api.ask(FULL, "{ customers { totalCount } }") for _ in range(12)))
    assert [answer.codes for answer in answers] == [[]] * 12
    connection = await asyncpg.connect(url)
    async with asyncio.timeout(60):
        while await connection.fetchval(OURS) > 4 + 2:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.05)
    await connection.close()
