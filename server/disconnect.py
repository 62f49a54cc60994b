"""Ending the work for a client that goes away: nobody reads the answer, and its statements hold connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Receive

_AFTER_SECONDS = 0.02


class ClientGone(Exception):
    """The client closed the connection before its answer was ready."""


@asynccontextmanager
async def while_connected(receive: Receive) -> AsyncIterator[None]:
    """Run the body until it ends or the client goes: then the body is cancelled and ClientGone raised.

    To be entered when the request has been read; what is received after that is that the client has gone.
    """
    working = asyncio.current_task()
    assert working is not None
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        working.cancel()

    watching: asyncio.Task[None] | None = None

    def start() -> None:
        nonlocal watching
        watching = asyncio.create_task(watch())

    # Most answers are ready sooner than it is worth to watch.
    starting = asyncio.get_running_loop().call_later(_AFTER_SECONDS, start)
    try:
        yield
    except asyncio.CancelledError:
        if gone and working.uncancel() == 0:
            raise ClientGone from None
        raise
    finally:
        starting.cancel()
        if watching is not None:
            watching.cancel()
