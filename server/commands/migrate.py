"""`partnerhub migrate`."""

import asyncio

from models.migrate import migrate as apply
from models.migrate import schema_state
from server.commands.common import command_settings, out
from server.database import database_url, opened, require_up_to_date


def migrate() -> None:
    """Bring the database's schema up to date. Safe to run twice, and by several at once."""
    settings = command_settings()

    async def work(url: str) -> list[str]:
        async with opened(url, settings) as client:
            if (await schema_state(client)).unknown:
                await require_up_to_date(client)
            return await apply()

    with database_url(settings) as url:
        applied = asyncio.run(work(url))
    for name in applied:
        out.print(f"applied {name}")
    out.print("The schema is up to date.")
