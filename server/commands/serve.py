"""`partnerhub serve`."""

import asyncio
import errno
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn
from uvicorn.config import STARTUP_FAILURE

from server import tracing
from server.commands.common import CommandError, err
from server.database import database_url, opened, require_up_to_date
from server.heads import BoundedHeads
from server.logs import log_config
from server.persisted import read_manifest
from server.settings import WORKERS, Settings, load_settings
from server.workers import Workers

BACKLOG = 2048


def serve(
    host: Annotated[
        str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="The port to listen on; 0 picks a free one.", show_default="8000"
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1000, help="How many processes serve.", show_default="1")
    ] = None,
) -> None:
    """Serve the GraphQL API and GraphiQL.

    Changes nothing in the database: run `partnerhub migrate` first.
    """
    settings = load_settings(host=host, port=port, workers=workers)
    with database_url(settings) as url:
        asyncio.run(_check(url, settings))
        run_server(settings, url, lambda address: err.print(f"Serving at [link]{address}/graphql[/link]"))


def run_server(settings: Settings, url: str, announce: Callable[[str], None]) -> None:
    """Serve until told to end. `announce` is told the address once it is taken."""
    tracing.load(settings)  # so that what is missing is told before anything is started
    if settings.trusted_documents:
        read_manifest(settings.trusted_documents)
    listening = _listen(settings.host, settings.port)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    announce(f"http://{host}:{listening.getsockname()[1]}")
    # The factory reads its settings from the environment, in this process and in each worker.
    os.environ["PARTNERHUB_DATABASE_URL"] = url
    os.environ["PARTNERHUB_DATA_DIR"] = str(settings.data_dir.resolve())
    os.environ[WORKERS] = str(settings.workers)
    config = uvicorn.Config(
        "server.app:create_app",
        factory=True,
        workers=settings.workers,
        log_config=log_config(settings.log_level, settings.log_format),
        http=BoundedHeads,
        access_log=False,  # it would write down query strings; ours comes at the debug level
        lifespan="on",
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=60,  # on a busy machine a process may take long to start
        server_header=False,
        ws_max_size=settings.maximum_body_bytes,
    )
    with listening, _ending_by_signal():
        started = _serve_alone(config, listening) if settings.workers == 1 else _serve_many(config, listening)
    if not started:
        raise CommandError("the server could not start; the reason is above")


def _serve_alone(config: uvicorn.Config, listening: socket.socket) -> bool:
    server = uvicorn.Server(config)
    server.run(sockets=[listening])
    return server.started


def _serve_many(config: uvicorn.Config, listening: socket.socket) -> bool:
    with tempfile.TemporaryDirectory(prefix="partnerhub-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        workers = Workers(config, sockets=[listening])
        workers.run()
    return workers.served or all(worker.exitcode != STARTUP_FAILURE for worker in workers.processes)


@contextmanager
def _ending_by_signal() -> Iterator[None]:
    """Uvicorn ends in good order at a signal and then raises it once more: to end well is the end of that."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)  # from here on a client waits until there is an answer
        listening.set_inheritable(True)
    except OSError as error:
        listening.close()
        advice = (
            "--host" if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL else "--port"
        )
        raise CommandError(
            f"cannot listen on {host}:{port}: {error.strerror}; try another {advice}"
        ) from None
    return listening


async def _check(url: str, settings: Settings) -> None:
    async with opened(url, settings) as client:
        await require_up_to_date(client)
