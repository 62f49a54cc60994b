"""What commands share: their output, a way to fail, the database, and which partner is meant."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import asyncpg
import typer
from rich.console import Console

from models.migrate import migrate, schema_state
from server.database import connected, database_url, opened, require_up_to_date
from server.settings import Settings

T = TypeVar("T")

out = Console()
err = Console(stderr=True)


def unicode_text(argument: str | None) -> str | None:
    """The argument, unless it holds bytes that are no UTF-8: Python gives these as halves of surrogate pairs."""
    try:
        (argument or "").encode()
    except UnicodeEncodeError:
        raise typer.BadParameter("is not UTF-8") from None
    return argument


PartnerOption = Annotated[
    str | None,
    typer.Option(
        "--partner", help="The partner, by name. Needed where there are several.", callback=unicode_text
    ),
]


class CommandError(Exception):
    """The work cannot be done; each argument is a line that says why."""


def with_database(
    settings: Settings, work: Callable[[asyncpg.Connection], Coroutine[Any, Any, T]], *, make: bool = False
) -> T:
    """Run `work` on a connection to the database, its schema up to date.

    An embedded database that was just made is filled with its tables on the way; with `make`, any is.
    """
    with database_url(settings) as url:
        return asyncio.run(_prepared(url, settings, work, make))


async def _prepared(
    url: str, settings: Settings, work: Callable[[asyncpg.Connection], Coroutine[Any, Any, T]], make: bool
) -> T:
    async with opened(url, settings) as client:
        state = await schema_state(client)
        brand_new = settings.database_url is None and await _is_empty(url)
        if state.pending and not state.unknown and (make or brand_new):
            await migrate()
        await require_up_to_date(client)
    async with connected(url) as connection:
        return await work(connection)


async def _is_empty(url: str) -> bool:
    async with connected(url) as connection:
        tables: int = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    return tables == 0


async def choose_partner(connection: asyncpg.Connection, name: str | None) -> str | None:
    """The partner that is meant: the named one, or the only one. None if there is none yet."""
    if name is not None:
        return name
    names = [row["name"] for row in await connection.fetch("SELECT name FROM partners ORDER BY name")]
    if len(names) > 1:
        raise CommandError(f"there are several partners; name one by --partner: {', '.join(names)}")
    return names[0] if names else None
