"""The command line. Exit status: 0 done, 1 the work failed (a line a reason on stderr), 2 wrong usage."""

import sys
from importlib import import_module
from io import TextIOWrapper

import asyncpg
import typer
from tortoise.exceptions import BaseORMException

from server.commands.common import CommandError
from server.database import DatabaseError
from server.embedded import EmbeddedError
from server.settings import SettingsError

COMMANDS = {
    "demo": "demo:demo",
    "serve": "serve:serve",
    "migrate": "migrate:migrate",
    "import": "importing:import_",
    "token": "token:token",
    "keys": "keys:keys",
    "schema": "schema:schema",
    "version": "version:version",
    "rebuild": "importing:rebuild_",
    "prune": "prune:prune",
}
"""Each command's module and function. Only the one that is called is loaded: all of them take over a second."""


def build(arguments: list[str]) -> typer.Typer:
    """The command line as far as these arguments need it."""
    app = typer.Typer(
        name="partnerhub",
        help="An open GraphQL data service for partners who manage many Webex customers.\n\n"
        "`partnerhub demo` goes from nothing to a page that answers.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    app.callback()(lambda: None)  # so that a command is called by its name even when it is the only one
    called = [name for name in arguments[:1] if name in COMMANDS]
    for name in called or COMMANDS:
        module, _, function = COMMANDS[name].partition(":")
        command = getattr(import_module(f"server.commands.{module}"), function)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def run() -> None:
    if isinstance(sys.stdout, TextIOWrapper):  # as on stderr: what was done is not to fail as it is told
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        build(sys.argv[1:])(prog_name="partnerhub")
    except (CommandError, DatabaseError, EmbeddedError, SettingsError) as error:
        _fail(*error.args)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, BaseORMException) as error:
        _fail(" ".join(str(error).split()) or type(error).__name__)


def _fail(*reasons: str) -> None:
    for reason in reasons:
        typer.echo(reason, err=True)
    sys.exit(1)
