"""How many operations run at once in a process, and how many wait for that: a queue that ends."""

import asyncio
from collections import deque
from contextlib import suppress
from types import TracebackType

from server.refused import Overloaded

RETRY_SECONDS = 1.0


class Admission:
    """Lets so many in at once, and so many wait, in their order."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = self._free = at_once
        self._most_waiting = waiting
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def running(self) -> int:
        return self._at_once - self._free

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def entered(self, seconds: float) -> "Place":
        """A place, to be held by `async with`, for which it waits so long."""
        return Place(self, seconds)

    async def enter(self, seconds: float) -> None:
        """Wait for a place. Raises Overloaded when too many wait, or it waited that long."""
        if self._free and not self._queue:
            self._free -= 1
            return
        if len(self._queue) >= self._most_waiting:
            raise Overloaded("Too many operations are waiting. Ask again shortly.", RETRY_SECONDS)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            async with asyncio.timeout(seconds):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.leave()  # it was its turn just when it gave up
            else:
                with suppress(ValueError):
                    self._queue.remove(turn)
            if isinstance(error, TimeoutError):
                message = f"The operation waited {seconds:g} seconds for its turn. Ask again shortly."
                raise Overloaded(message, RETRY_SECONDS) from None
            raise

    def leave(self) -> None:
        """Give the place to who has waited longest."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class Place:
    """One of those that run."""

    def __init__(self, admission: Admission, seconds: float) -> None:
        self._admission = admission
        self._seconds = seconds

    async def __aenter__(self) -> None:
        await self._admission.enter(self._seconds)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._admission.leave()
