"""Headers that every answer has unless it has its own: what a browser may do with it, which is next to nothing."""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.settings import Settings

_DEFAULTS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_RAW = [(name.lower().encode(), value.encode()) for name, value in _DEFAULTS.items()]

_TAKEN = ["Authorization", "Content-Type", "Idempotency-Key", "traceparent", "tracestate", "X-Request-Id"]
"""What a page of another origin may send."""


class Strict:
    """The application with those headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] += [header for header in _RAW if header[0] not in own]
            await send(message)

        await self._app(scope, receive, strictly if scope["type"] == "http" else send)


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this name, which is written in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return None


def cross_origin(settings: Settings) -> list[Middleware]:
    """What lets pages of other origins ask, where a setting names them. Never with credentials: there are none."""
    if not settings.cors_origins:
        return []
    allowed = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST"],
        allow_headers=_TAKEN,
        expose_headers=["Retry-After", "Server-Timing", "X-Request-Id"],
    )
    return [allowed]
