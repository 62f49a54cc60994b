"""What has to happen to a request that is still at work after some time. Most are not, and a timer of the loop's for
each would cost more than much of what is timed: one looks after all of them, now and then."""

import asyncio
from abc import ABC, abstractmethod
from contextvars import Context
from types import TracebackType

TICK_SECONDS = 0.02
"""How much later than due at most."""


class Timed(ABC):
    """Something that is due some time after it was added. It may be entered again when it was left."""

    __slots__ = ("at", "seconds", "timers")

    def __init__(self, timers: "Timers", seconds: float) -> None:
        self.timers = timers
        self.seconds = seconds
        self.at = 0.0
        """When it is due, by the loop's clock."""

    @abstractmethod
    def due(self) -> None:
        """The time has come, and it was not discarded before."""


class Timers:
    """Those of one process. It looks in a context of its own: that of whoever adds one would keep their request."""

    def __init__(self) -> None:
        self._added: set[Timed] = set()
        self._looking = False

    def add(self, timed: Timed) -> None:
        loop = asyncio.get_running_loop()
        timed.at = loop.time() + timed.seconds
        self._added.add(timed)
        if not self._looking:
            self._looking = True
            loop.call_later(TICK_SECONDS, self._look, context=Context())

    def discard(self, timed: Timed) -> None:
        self._added.discard(timed)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for timed in [timed for timed in self._added if timed.at <= now]:
            self._added.discard(timed)
            timed.due()
        self._looking = bool(self._added)
        if self._looking:
            loop.call_later(TICK_SECONDS, self._look, context=Context())


class Within(Timed):
    """As `asyncio.timeout`: the body of `async with` is cancelled after so many seconds, and TimeoutError raised."""

    __slots__ = ("_cancelling", "_expired", "_task")

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._cancelling = task.cancelling()
        self._expired = False
        self.timers.add(self)

    def due(self) -> None:
        self._expired = True
        self._task.cancel()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.timers.discard(self)
        task = self._task
        del self._task
        if self._expired and task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
