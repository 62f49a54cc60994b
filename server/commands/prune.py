"""`partnerhub prune`."""

from datetime import date

import asyncpg

from ingest import drop_old_calls
from server.commands.common import CommandError, out, with_database
from server.settings import load_settings


def prune() -> None:
    """Drop the call records that are older than PARTNERHUB_CALL_RETENTION_MONTHS. Figures stay."""
    settings = load_settings()

    async def work(connection: asyncpg.Connection) -> list[date]:
        return await drop_old_calls(connection, settings.call_retention_months)

    try:
        weeks = with_database(settings, work)
    except asyncpg.LockNotAvailableError as error:
        raise CommandError("call records are in use, by an import perhaps: try again later") from error
    for week in weeks:
        out.print(f"Dropped the call records of the week from {week}.", highlight=False)
    if not weeks:
        out.print("No call records are that old.")
