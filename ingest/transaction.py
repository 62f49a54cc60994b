"""A transaction that cancellation can't leave open, and that may take as long as it takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

# The role's own limits are for requests: behind a pooler it is where they have to be.
_UNLIMITED = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"


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
        await connection.execute(_UNLIMITED)
        yield
    except BaseException:
        await begun.rollback()
        raise
    await begun.commit()
