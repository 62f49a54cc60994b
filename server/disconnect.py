"""Ending the work for a client that goes away: nobody reads the answer, and its statements hold connections."""

import asyncio
from types import TracebackType

from starlette.types import Receive

from server.timers import Timed, Timers

_AFTER_SECONDS = 0.02
"""Most answers are ready sooner than it is worth to watch."""


class ClientGone(Exception):
    """The client closed the connection before its answer was ready."""


class WhileConnected(Timed):
    """Runs the body of `async with` until it ends or the client goes: then the body is cancelled and ClientGone raised.

    To be entered when the request has been read; what is received after that is that the client has gone.
    """

    __slots__ = ("_gone", "_receive", "_watching", "_working")

    def __init__(self, receive: Receive, timers: Timers) -> None:
        super().__init__(timers, _AFTER_SECONDS)
        self._receive = receive
        self._gone = False
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        working = asyncio.current_task()
        assert working is not None
        self._working = working
        self.timers.add(self)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.timers.discard(self)
        working = self._working
        if self._watching is not None:
            self._watching.cancel()
        del self._watching, self._working  # or all that the request has made would be a circle
        if kind is asyncio.CancelledError and self._gone and working.uncancel() == 0:
            raise ClientGone from None

    def due(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        self._working.cancel()
