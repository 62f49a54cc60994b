"""`partnerhub schema`."""

import typer

from schema import build_schema


def schema() -> None:
    """Print the schema in GraphQL's schema definition language."""
    typer.echo(build_schema().as_str())
