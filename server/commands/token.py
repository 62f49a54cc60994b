"""`partnerhub token`."""

import re
from typing import Annotated

import asyncpg
import typer

from models.search import address
from server.commands.common import CommandError, PartnerOption, unicode_text, with_database
from server.settings import load_settings
from server.tokens import issue_token

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_DAYS = 3650


def seconds(ttl: str, option: str = "--ttl") -> int:
    """`90s`, `30m`, `8h` or `7d` in seconds."""
    match = re.fullmatch(r"([1-9]\d{0,6})([smhd])", ttl.strip().lower())
    if not match:
        raise typer.BadParameter("give a number and a unit: 90s, 30m, 8h, 7d", param_hint=option)
    duration = int(match[1]) * _UNITS[match[2]]
    if duration > _LONGEST_DAYS * _UNITS["d"]:
        raise typer.BadParameter(f"give at most {_LONGEST_DAYS}d", param_hint=option)
    return duration


def token(
    email: Annotated[str, typer.Argument(help="The partner admin's email.", callback=unicode_text)],
    partner: PartnerOption = None,
    ttl: Annotated[str, typer.Option(help="How long it is good for: 90s, 30m, 8h, 7d.")] = "8h",
) -> None:
    """Print a signed access token for a partner admin on stdout, and nothing else there."""
    lifetime = seconds(ttl)
    settings = load_settings()
    if settings.jwks_url:
        raise CommandError("tokens come from the identity provider, since PARTNERHUB_JWKS_URL is set")

    found, signs_in_as = with_database(settings, lambda connection: _find(connection, email, partner))
    typer.echo(issue_token(settings, partner=found, email=signs_in_as, seconds=lifetime))


async def _find(connection: asyncpg.Connection, email: str, partner: str | None) -> tuple[str, str]:
    rows = await connection.fetch(
        "SELECT p.name, a.email, a.active AND cardinality(a.roles) > 0 AS may FROM partner_admins a"
        " JOIN partners p ON p.id = a.partner_id"
        " WHERE a.email_key = $1 AND ($2::text IS NULL OR p.name = $2) ORDER BY p.name",
        address(email.strip()),
        partner,
    )
    if not rows:
        where = f" of {partner}" if partner else ""
        raise CommandError(f"there is no partner admin {email}{where}")
    if len(rows) > 1:
        names = ", ".join(row["name"] for row in rows)
        raise CommandError(f"{email} is an admin of several partners; name one by --partner: {names}")
    if not rows[0]["may"]:
        raise CommandError(f"{email} is not active or has no role, so a token would open nothing")
    return rows[0]["name"], rows[0]["email"]
