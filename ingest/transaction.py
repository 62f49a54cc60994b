"""A transaction that cancellation can't leave open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg


@asynccontextmanager
async def transaction(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """asyncpg's own forgets a BEGIN that was under way when it was cancelled, and the connection stays in it."""
    begun = connection.transaction()
    beginning = asyncio.ensure_future(begun.start())
    try:
        await asyncio.shield(beginning)
    except asyncio.CancelledError:
        await beginning
        await begun.rollback()
        raise
    try:
        yield
    except BaseException:
        await begun.rollback()
        raise
    await begun.commit()
