"""`partnerhub demo`: from nothing to a page that answers."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from rich.panel import Panel

from ingest import ImportFailed, run_import
from ingest.demo import DEMO_ADMINS, generate
from kpis.policy import Policy
from server.commands.common import CommandError, err, out, with_database
from server.commands.importing import bars
from server.commands.serve import run_server
from server.database import database_url
from server.settings import Settings, load_settings
from server.tokens import issue_token

PARTNER = "Demo Partner"
TOKEN_SECONDS = 7 * 86400


def demo(
    customers: Annotated[int, typer.Option(min=1, help="How many customers the partner has.")] = 500,
    seed: Annotated[int, typer.Option(help="The same seed gives the same data on the same day.")] = 1,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="The port to listen on; 0 picks a free one.", show_default="8000"
        ),
    ] = None,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Only make the data and print the tokens.")
    ] = False,
) -> None:
    """Make a demo partner, if it is missing, and serve it. Started again, it keeps the data."""
    settings = load_settings(port=port)

    async def work(connection: asyncpg.Connection) -> int:
        await _fill(connection, customers, seed, settings.policy)
        count: int = await connection.fetchval(
            "SELECT count(*) FROM customers c JOIN partners p ON p.id = c.partner_id"
            " WHERE p.name = $1 AND NOT c.is_own_organization",
            PARTNER,
        )
        return count

    with database_url(settings) as url:  # held through both steps, so that the server is not started twice
        count = with_database(settings, work, make=True)
        if no_serve:
            _announce(settings, None, count)
        else:
            run_server(settings, url, lambda address: _announce(settings, address, count))


async def _fill(connection: asyncpg.Connection, customers: int, seed: int, policy: Policy) -> None:
    if await connection.fetchval("SELECT true FROM partners WHERE name = $1", PARTNER):
        return
    with tempfile.TemporaryDirectory(prefix="partnerhub-demo-") as folder:
        with err.status(f"Making up {customers} customers…"):
            generate(Path(folder), customers=customers, seed=seed, today=datetime.now(UTC).date())
        with bars() as progress:
            try:
                await run_import(connection, Path(folder), partner=PARTNER, progress=progress, policy=policy)
            except ImportFailed as failure:
                raise CommandError(str(failure)) from failure


def _announce(settings: Settings, address: str | None, customers: int) -> None:
    """Print how to sign in as each role. Addresses and tokens stand on lines of their own, uncut, to be copied."""
    out.print()
    out.print(Panel.fit(f"[bold]{PARTNER}[/bold], {customers:,} customers", title="partnerhub demo"))
    for email, role in DEMO_ADMINS:
        token = issue_token(settings, partner=PARTNER, email=email, seconds=TOKEN_SECONDS)
        out.print(f"\n[bold cyan]{email}[/bold cyan]  {role}")
        if address:
            out.print(f"{address}/graphql#token={token}", soft_wrap=True, highlight=False, style="underline")
        else:
            out.print(token, soft_wrap=True, highlight=False)
    out.print()
    if address:
        out.print("Open one of these addresses: GraphiQL is signed in, and answers with one click.")
        out.print("What stands behind `#token=` is an access token for other clients.")
        out.print(f"The API: {address}/graphql. Ctrl-C ends the server and keeps the data.", highlight=False)
    else:
        out.print("These are access tokens. `partnerhub demo` serves the data.")
