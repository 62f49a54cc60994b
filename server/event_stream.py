"""GraphQL over server-sent events (graphql-sse, distinct connections mode)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult

from server.disconnect import ClientGone, WhileConnected
from server.requests import EVENTS_TYPE, payload
from server.timers import Timers

PING_SECONDS = 12.0
"""How long a stream may be silent: whatever stands between would end it for a dead one."""

_PING = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"


async def only(result: ExecutionResult) -> AsyncGenerator[ExecutionResult, None]:
    """The results of an operation that has one, for a client that takes nothing but events."""
    yield result


class EventStream(Response):
    """Each result an event as it comes, then `complete`. A reader that takes none holds the next ones up."""

    def __init__(self, results: AsyncGenerator[ExecutionResult, None], timers: Timers) -> None:
        super().__init__(
            media_type=EVENTS_TYPE, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        del self.headers["content-length"]
        self._results = results
        self._timers = timers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with WhileConnected(receive, self._timers), aclosing(self._results):
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await _send(send, _PING)  # the headers leave with the first bytes
                await self._stream(send)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except ClientGone:
            pass

    async def _stream(self, send: Send) -> None:
        coming = asyncio.ensure_future(anext(self._results))
        try:
            while True:
                await asyncio.wait({coming}, timeout=PING_SECONDS)
                if not coming.done():
                    await _send(send, _PING)
                    continue
                try:
                    result = coming.result()
                except StopAsyncIteration:
                    break
                await _send(
                    send, b"event: next\ndata: " + orjson.dumps(payload(result), default=str) + b"\n\n"
                )
                coming = asyncio.ensure_future(anext(self._results))
            await _send(send, _COMPLETE)
        finally:
            coming.cancel()
            await asyncio.wait({coming})


async def _send(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})
