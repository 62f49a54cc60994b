"""The database's connections as all requests of a process share them: lent to some, and spare between two."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from contextvars import Context
from typing import Any, Self
from weakref import WeakKeyDictionary

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from resolvers.errors import Busy
from resolvers.session import CLEAN_UP_SECONDS, Connection, Plans, pick

SPARE_SECONDS = 1.0
"""What nobody has needed for so long goes back to the pool, which closes in its time what is idle."""

Turn = asyncio.Future[Connection | None]
"""Whoever waits gets a connection, or the place of one that went back to the pool."""


class Shared:
    """A pool's connections. What is given back goes to who waits, and is spare where nobody does."""

    _known: "WeakKeyDictionary[AsyncpgDBClient, Shared]" = WeakKeyDictionary()

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.lent = 0
        """How many requests hold, those that are still on their way included."""
        self._waiting: deque[Turn] = deque()
        self._spare: list[Connection] = []
        self._stand_ins: dict[Connection, Any] = {}
        """What the pool has for each that it gave out, and takes back."""
        self._fewest = 0
        """How many were spare all the time since the last look."""
        self._looking: asyncio.TimerHandle | None = None
        self._going: set[asyncio.Task[None]] = set()

    @classmethod
    def of(cls, client: AsyncpgDBClient) -> Self:
        known = cls._known.get(client)
        if known is None:
            assert client._pool is not None  # made when the process starts
            known = cls._known[client] = cls(client._pool)
        return known  # type: ignore[return-value]

    @property
    def idle(self) -> int:
        """How many connections nobody uses: what is spare here, and what is in the pool."""
        return len(self._spare) + int(self._pool.get_idle_size())

    @property
    def waiting(self) -> int:
        """How many statements wait for a connection at this moment."""
        return len(self._waiting)

    @property
    def has_more(self) -> bool:
        """Whether there is one at once. Who holds one already must not wait for those that wait for it."""
        return bool(self._spare) or self.lent < int(self._pool.get_max_size())

    def spare(self, plans: Plans) -> Connection | None:
        """One that is spare and plans so already."""
        connection = pick(self._spare, plans)
        if connection is not None:
            self.lent += 1
            self._fewest = min(self._fewest, len(self._spare))
        return connection

    async def borrow(self, seconds: float) -> Connection:
        """One, be it spare or the pool's. Raises Busy when there is none in so many seconds."""
        connection = self.spare(Plans.EITHER)
        if connection is None:
            self._let_go(self._spare)  # lost, all of them
            self._spare = []
            if self.has_more:
                self.lent += 1
            else:
                connection = await self._turn(seconds)
        return connection or await self._acquired()

    async def _acquired(self) -> Connection:
        """One of the pool's, for a place that is counted already."""
        try:
            stand_in = await self._pool.acquire()
            connection: Connection = stand_in.itself
            self._stand_ins[connection] = stand_in
            return connection
        except BaseException:
            self._pass_on(None)
            raise

    async def _turn(self, seconds: float) -> Connection | None:
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        self._waiting.append(turn)
        ending = loop.call_later(seconds, _end, turn)
        try:
            return await turn
        except BaseException:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif not turn.cancelled() and turn.exception() is None:  # it got one just as it was cancelled
                self._pass_on(turn.result())
            raise
        finally:
            ending.cancel()

    def _pass_on(self, connection: Connection | None) -> None:
        """Let who has waited longest have it, or its place."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        self.lent -= 1
        if connection is not None:
            self._spare.append(connection)
            if self._looking is None:
                self._fewest = 0
                self._looking = asyncio.get_running_loop().call_later(
                    SPARE_SECONDS, self._look, context=Context()
                )

    def keep(self, connection: Connection) -> bool:
        """Take one back that is as good as new; False for one that is lost, or comes too late."""
        if self._pool.is_closing() or connection.is_closed():
            return False
        self._pass_on(connection)
        return True

    async def give_back(self, connection: Connection) -> None:
        """Give one that was lent to the pool, which closes it if it is not good any more."""
        try:
            await self._release(connection)
        finally:
            self._pass_on(None)

    async def close(self) -> None:
        """Leave nothing spare; the pool waits for what is lent."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        self._let_go(self._spare)
        self._spare = []
        if self._going:
            await asyncio.wait(self._going)

    def _look(self) -> None:
        """Those used last are at the end."""
        unused, self._spare = self._spare[: self._fewest], self._spare[self._fewest :]
        self._let_go(unused)
        self._fewest = len(self._spare)
        self._looking = None
        if self._spare:
            self._looking = asyncio.get_running_loop().call_later(
                SPARE_SECONDS, self._look, context=Context()
            )

    def _let_go(self, connections: Sequence[Connection]) -> None:
        for connection in connections:
            task = asyncio.ensure_future(self._release(connection))
            self._going.add(task)
            task.add_done_callback(self._going.discard)

    async def _release(self, connection: Connection) -> None:
        with suppress(Exception):  # one that cannot be made ready again is closed; its rows are here
            await self._pool.release(self._stand_ins.pop(connection), timeout=CLEAN_UP_SECONDS)


def _end(turn: Turn) -> None:
    if not turn.done():
        turn.set_exception(Busy("Every database connection is in use. Try again shortly."))
