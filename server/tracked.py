"""Each request gets an id, which its answer tells and all its lines in the log name."""

import logging
import re
import secrets
import time
from contextlib import nullcontext

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import record, tracing
from server.headers import header

log = logging.getLogger("partnerhub.requests")

_HEADER = b"x-request-id"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Tracked:
    """The application, each of its requests with a record of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request_id = _id(scope)
        seen = record.begin(request_id)
        status = 0

        async def tell(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.accept"):
                status = message.get("status", 101)
                span.tell(status=status)
                message["headers"] = [*message.get("headers", ()), (_HEADER, request_id.encode())]
            await send(message)

        # A socket has no span of its own: it would be told of when it closes, hours after its operations.
        tracked = tracing.request(scope) if scope["type"] == "http" else nullcontext(tracing.NO_SPAN)
        try:
            with tracked as span:
                seen.span = span
                await self._app(scope, receive, tell)
        finally:
            if log.isEnabledFor(logging.DEBUG):
                ms = round((time.perf_counter() - seen.started) * 1000, 1)
                told = {
                    "method": scope.get("method", "WebSocket"),
                    "path": scope["path"],
                    "status": status,
                    "ms": ms,
                }
                log.debug("request", extra={"fields": told})


def _id(scope: Scope) -> str:
    """The client's own id for the request where it is one that can stand in a log, else a new one."""
    given = header(scope, _HEADER) or ""
    return given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
