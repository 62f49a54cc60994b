"""How long call records are kept. Their roll-ups stay."""

from datetime import date

import asyncpg

from ingest.transaction import transaction
from models.call_weeks import drop_weeks

_PATIENCE = "5s"
"""So long it waits for imports that run; others wait behind it."""


async def drop_old_calls(connection: asyncpg.Connection, months: int) -> list[date]:
    """Drop the weeks that ended more than so many months ago, of every partner, and tell which.

    Raises asyncpg.LockNotAvailableError when call records are in use.
    """
    async with transaction(connection):
        await connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        return await drop_weeks(connection, months)
