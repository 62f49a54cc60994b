"""`partnerhub migrate`."""

import asyncio

from ingest import rebuild_missing
from models.migrate import migrate as apply
from models.migrate import schema_state
from server.commands.common import out
from server.database import connected, database_url, opened, require_up_to_date
from server.settings import load_settings


def migrate() -> None:
    """Bring the database's schema up to date. Safe to run twice, and by several at once."""
    settings = load_settings()

    async def work(url: str) -> tuple[list[str], list[str]]:
        async with opened(url, settings) as client:
            if (await schema_state(client)).unknown:
                await require_up_to_date(client)
            applied = await apply()
        async with connected(url) as connection:
            return applied, await rebuild_missing(connection, settings.policy)

    with database_url(settings) as url:
        applied, rebuilt = asyncio.run(work(url))
    for name in applied:
        out.print(f"applied {name}")
    for name in rebuilt:
        out.print(f"Rolled up the calls of {name}.", markup=False)
    out.print("The schema is up to date.")
