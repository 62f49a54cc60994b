"""The command line. Exit status: 0 done, 1 the work failed (a line a reason on stderr), 2 wrong usage."""

import sys
from importlib.metadata import version as installed_version

import asyncpg
import typer

from schema import build_schema
from server.commands.common import CommandError
from server.commands.demo import demo
from server.commands.importing import import_, rebuild_
from server.commands.migrate import migrate
from server.commands.serve import serve
from server.commands.token import token
from server.database import DatabaseError
from server.embedded import EmbeddedError
from server.settings import SettingsError

app = typer.Typer(
    name="partnerhub",
    help="An open GraphQL data service for partners who manage many Webex customers.\n\n"
    "`partnerhub demo` goes from nothing to a page that answers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command()(demo)
app.command()(serve)
app.command()(migrate)
app.command("import")(import_)
app.command()(token)
app.command("rebuild")(rebuild_)


@app.command()
def schema() -> None:
    """Print the schema in GraphQL's schema definition language."""
    print(build_schema().as_str())


@app.command()
def version() -> None:
    """Print the version."""
    print(installed_version("partnerhub"))


def main() -> None:
    try:
        app()
    except (CommandError, DatabaseError, EmbeddedError, SettingsError) as error:
        for line in error.args:
            print(line, file=sys.stderr)
        sys.exit(1)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print(" ".join(str(error).split()) or type(error).__name__, file=sys.stderr)
        sys.exit(1)
