"""`partnerhub serve`."""

import asyncio
import os
import socket
import tempfile
from collections.abc import Callable
from typing import Annotated

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from server.commands.common import CommandError, command_settings, err
from server.database import database_url, opened, require_up_to_date
from server.settings import Settings


def serve(
    host: Annotated[
        str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="The port to listen on; 0 picks a free one.", show_default="8000")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="How many processes serve.", show_default="1")] = None,
) -> None:
    """Serve the GraphQL API and GraphiQL.

    Changes nothing in the database: run `partnerhub migrate` first.
    """
    settings = command_settings(host=host, port=port, workers=workers)
    with database_url(settings) as url:
        asyncio.run(_check(url, settings))
        run_server(settings, url, lambda address: err.print(f"Serving at [link]{address}/graphql[/link]"))


def run_server(settings: Settings, url: str, announce: Callable[[str], None]) -> None:
    """Serve until told to end. `announce` is told the address once it is taken."""
    listening = _listen(settings.host, settings.port)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    announce(f"http://{host}:{listening.getsockname()[1]}")
    # The factory reads its settings from the environment, in this process and in each worker.
    os.environ["PARTNERHUB_DATABASE_URL"] = url
    os.environ["PARTNERHUB_DATA_DIR"] = str(settings.data_dir.resolve())
    config = uvicorn.Config(
        "server.app:create_app",
        factory=True,
        workers=settings.workers,
        log_level=settings.log_level,
        access_log=settings.log_level == "debug",
        lifespan="on",
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    server = uvicorn.Server(config)
    with listening:
        if settings.workers == 1:
            server.run(sockets=[listening])
            if not server.started:
                raise CommandError("the server could not start; the reason is above")
        else:
            with tempfile.TemporaryDirectory(prefix="partnerhub-metrics-") as folder:
                os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
                Multiprocess(config, sockets=[listening]).run()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.set_inheritable(True)
    except OSError as error:
        listening.close()
        raise CommandError(f"cannot listen on {host}:{port}: {error.strerror}; try another --port") from None
    return listening


async def _check(url: str, settings: Settings) -> None:
    async with opened(url, settings) as client:
        await require_up_to_date(client)
