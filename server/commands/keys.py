"""`partnerhub keys`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from server import keys as ring
from server.commands.common import CommandError, out
from server.commands.token import seconds
from server.settings import load_settings

keys = typer.Typer(
    help="The keys that sign access tokens: list, rotate and drop them. Running servers notice.",
    no_args_is_help=True,
)


@keys.command("list")
def list_() -> None:
    """List the keys, the one that signs new tokens first."""
    with _folder() as folder:
        _print(ring.key_ring(folder))


@keys.command()
def rotate(
    drop_after: Annotated[
        str | None,
        typer.Option(
            help="How long the other keys are accepted: 90s, 30m, 24h, 7d.", show_default="until dropped"
        ),
    ] = None,
) -> None:
    """Sign new tokens by a new key. Those that are about stay good until their key is dropped."""
    after = None if drop_after is None else seconds(drop_after, "--drop-after")
    with _folder() as folder:
        _print(ring.rotate(folder, after))


# An ID is base64url, so that one in 64 begins with a dash and would be read as options.
@keys.command(context_settings={"ignore_unknown_options": True})
def drop(
    key_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="The keys, as `list` names them.", show_default=False),
    ] = None,
    old: Annotated[bool, typer.Option("--old", help="All but the one that signs new tokens.")] = False,
) -> None:
    """Accept a key no longer, nor any token that it signed."""
    if bool(key_ids) == old:
        raise typer.BadParameter("name the keys, or give --old for all but the first", param_hint="ID")
    with _folder() as folder:
        _print(ring.drop(folder, key_ids or [key.id for key in ring.key_ring(folder)[1:]]))


@contextmanager
def _folder() -> Iterator[Path]:
    settings = load_settings()
    if settings.jwks_url:
        raise CommandError("tokens come from the identity provider, since PARTNERHUB_JWKS_URL is set")
    try:
        yield settings.data_dir
    except ring.KeyRingError as error:
        raise CommandError(*error.args) from None


def _print(found: ring.Ring) -> None:
    for number, key in enumerate(found):
        until = "until dropped" if key.drop_at is None else f"until {_time(key.drop_at)}"
        state = "signs new tokens" if number == 0 else f"accepted {until}"
        out.print(f"{key.id}  made {_time(key.made_at)}  {state}", soft_wrap=True, highlight=False)


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
