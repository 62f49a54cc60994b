"""HTTP as uvicorn speaks it, with an end to the head of a request.

Its parser takes any, and puts each part that comes to all that came before: a hundred megabytes hold a process up.
It also waits for good, and each connection holds a file: a thousand that say nothing keep everybody else out.
"""

import asyncio
from contextvars import Context

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 131_072
HEAD_SECONDS = 10.0
"""How long a head may take to come, and up to twice that."""


class BoundedHeads(HttpToolsProtocol):
    """Refuses a head, or what follows a body, that is longer or takes longer."""

    _without_end = 0
    """Bytes that came since anything was whole."""
    _heads = 0
    """How many have come."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look_again()

    def _look_again(self) -> None:
        self.loop.call_later(HEAD_SECONDS, self._look, self._heads, self._without_end > 0, context=Context())

    def _look(self, heads: int, begun: bool) -> None:
        """Close it when the first head, or one that had begun at the last look, has not come since then. After an
        answer, uvicorn closes what says nothing."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:  # but a WebSocket's
            return
        answering = self.cycle is not None and not self.cycle.response_complete
        if heads == self._heads and not answering and (not heads or (begun and self._without_end)):
            self.transport.close()
            return
        self._look_again()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._without_end > MOST_BYTES:
            self.send_400_response("The head of the request is too long.")
            return
        self._without_end += len(data)
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._without_end = 0
        self._heads += 1
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._without_end = 0
        super().on_body(body)
