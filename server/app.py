"""The ASGI application. `partnerhub serve` runs it; `server.app:create_app` is its factory."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from resolvers.context import utc_today
from server import soon
from server.circles import collected
from server.database import DatabaseError, opened, require_up_to_date
from server.endpoint import Endpoint
from server.gauges import Gauges
from server.graphiql import assets
from server.headers import Strict, cross_origin
from server.health import Health
from server.metrics import exposition
from server.persisted import read_manifest
from server.service import build_service
from server.settings import WORKERS, Settings, load_settings
from server.tracing import load, traced
from server.tracked import Tracked


def create_app(settings: Settings | None = None, clock: Callable[[], date] = utc_today) -> Starlette:
    """The application for these settings, or for those of the environment. It needs a database URL.

    `clock` tells what day it is whenever a request comes.

    Raises DatabaseError and SettingsError.
    """
    settings = settings or load_settings(workers=os.environ.get(WORKERS))
    url = settings.database_url
    if url is None:
        raise DatabaseError("set PARTNERHUB_DATABASE_URL, or start by `partnerhub serve`")

    trusted = read_manifest(settings.trusted_documents) if settings.trusted_documents else None

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        tracer = load(settings)
        async with opened(url, settings, serving=True) as client:
            await require_up_to_date(client)
            health = Health(client, read_only=settings.database_read_only)
            await health.start()
            service = await build_service(settings, client, clock, trusted)
            gauges = Gauges(service)
            running = [
                asyncio.create_task(gauges.run()),
                asyncio.create_task(collected(service.executor.documents)),
            ]
            if not settings.database_read_only:  # a standby takes no LISTEN
                running.append(asyncio.create_task(service.listener.run()))
            app.state.service = service
            app.state.gauges = gauges
            app.state.health = health
            app.state.endpoint = Endpoint(service)
            gc.collect()
            gc.freeze()  # what stands now stands for good: nothing for the collector to walk at each large answer
            gc.set_threshold(*_COLLECTED)
            try:
                with health.ending(settings.drain_seconds), traced(tracer):
                    yield
            finally:
                if tracer:
                    await asyncio.to_thread(tracer.close)
                for task in running:
                    task.cancel()
                await asyncio.wait(running)
                soon.now()
                await health.close()

    return Starlette(
        routes=[
            Route(_PATH, _Application(_graphql), middleware=cross_origin(settings)),
            WebSocketRoute(_PATH, _Application(_graphql)),
            Route(f"{_PATH}/", _Application(_slashed)),
            *([assets] if settings.graphiql else []),
            Route("/healthz", _alive),
            Route("/readyz", _ready),
            Route("/metrics", _metrics),
            Route("/", _home),
        ],
        middleware=[
            Middleware(Strict),
            Middleware(Tracked),
            *([] if settings.cors_origins else [Middleware(_Straight)]),
        ],
        lifespan=lifespan,
    )


_PATH = "/graphql"
_COLLECTED = (50_000, 20, 20)
"""Answers are many small objects without circles, and soon gone: the collector need not look so often."""


async def _graphql(scope: Scope, receive: Receive, send: Send) -> None:
    await scope["app"].state.endpoint(scope, receive, send)


async def _slashed(scope: Scope, receive: Receive, send: Send) -> None:
    """To the path without the slash, whatever scheme and host the client used: a proxy may have changed them."""
    query = scope["query_string"].decode("latin-1")
    await RedirectResponse(f"{_PATH}?{query}" if query else _PATH)(scope, receive, send)


class _Straight:
    """Takes what is for the endpoint to it at once: where no other origins ask, it has no use for what routes do."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == _PATH:
            await _graphql(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class _Application:
    """Starlette's routes take a class or function that answers a request; this one takes the bare ASGI call."""

    def __init__(self, application: object) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._application(scope, receive, send)  # type: ignore[operator]


async def _home(_request: Request) -> Response:
    return RedirectResponse(_PATH)


async def _alive(_request: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def _ready(request: Request) -> Response:
    ready = await request.app.state.health.is_ready()
    return JSONResponse({"status": "ready" if ready else "not ready"}, 200 if ready else 503)


async def _metrics(request: Request) -> Response:
    soon.now()
    request.app.state.gauges.look()
    return exposition()
