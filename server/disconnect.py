"""Ending the work for a client that goes away: nobody reads the answer, and its statements hold connections."""

import asyncio
from types import TracebackType

from starlette.types import Receive

_AFTER_SECONDS = 0.02


class ClientGone(Exception):
    """The client closed the connection before its answer was ready."""


class WhileConnected:
    """Runs the body of `async with` until it ends or the client goes: then the body is cancelled and ClientGone raised.

    To be entered when the request has been read; what is received after that is that the client has gone.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        working = asyncio.current_task()
        assert working is not None
        self._working = working
        # Most answers are ready sooner than it is worth to watch.
        self._starting = asyncio.get_running_loop().call_later(_AFTER_SECONDS, self._start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        working = self._working
        self._starting.cancel()
        if self._watching is not None:
            self._watching.cancel()
        del (
            self._starting,
            self._watching,
            self._working,
        )  # or all that the request has made would be a circle
        if kind is asyncio.CancelledError and self._gone and working.uncancel() == 0:
            raise ClientGone from None

    def _start(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        self._working.cancel()
