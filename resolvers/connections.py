"""The database's connections as one request uses them: few at once, and kept until it ends."""

import asyncio
from collections import deque
from types import TracebackType

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from resolvers.session import Connection, Plans, pick, raise_if_lost
from resolvers.shared import Shared

AT_ONCE = 4
"""So many connections one request uses at most, and more than one only while there are others for all."""


class Connections:
    """The connections of one request. Within `async with`, they are kept from one statement to the next."""

    def __init__(self, client: AsyncpgDBClient, wait_seconds: float) -> None:
        self._shared = Shared.of(client)
        self._wait_seconds = wait_seconds
        self._keeping = 0
        self._held = 0
        self._free: list[Connection] = []
        self._queue: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        self._keeping += 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keeping -= 1
        if not self._keeping:
            await self.give_back()

    def _ready(self, plans: Plans) -> Connection | None:
        """One that there is at once and that plans so already."""
        connection = pick(self._free, plans)
        if connection is None and self._held < AT_ONCE:
            connection = self._shared.spare(plans)
            self._held += connection is not None
        return connection

    @property
    def alone(self) -> bool:
        """Whether no other request uses a connection now, so that one more keeps nobody waiting."""
        return self._held < AT_ONCE and self._shared.lent == self._held

    async def take(self, plans: Plans) -> Connection:
        """A connection that plans so, for one statement or transaction. Raises Busy when there is none in time."""
        while (connection := self._ready(plans) or pick(self._free, Plans.EITHER)) is None:
            if self._free:  # lost, all of them
                await self.give_back(good=False)
            elif not self._held or (self._held < AT_ONCE and self._shared.has_more):
                await self._take_more()
            else:
                await self._turn()
        good = False
        try:
            await connection.plan(plans)
            good = True
        except asyncpg.InterfaceError as error:
            raise_if_lost(connection, error)
            raise
        finally:
            if not good:
                await self.leave(connection, good=False)
        return connection

    async def leave(self, connection: Connection, *, good: bool) -> None:
        """Done with it. One that failed goes back to the pool, and with it those that may have failed as well; so do
        those beyond the first while other requests have none."""
        self._free.append(connection)
        others_wait = self._held > 1 and self._shared.waiting and not self._queue
        if not good or others_wait or not self._keeping:
            await self.give_back(good=good)
        self._next()

    async def _take_more(self) -> None:
        self._held += 1
        try:
            self._free.append(await self._shared.borrow(self._wait_seconds))
        except BaseException:
            self._held -= 1
            self._next()
            raise

    async def _turn(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._next()
            raise

    def _next(self) -> None:
        """Let the statement that has waited longest look again."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    async def give_back(self, *, good: bool = True) -> None:
        """Give back all that are free, whoever is cancelled meanwhile; what may not be good, to the pool.

        To be asked before a request waits for anything but its statements.
        """
        cancelled = None
        while self._free:
            connection = self._free.pop()
            try:
                if not (good and self._shared.keep(connection)):
                    await self._shared.give_back(connection)
            except asyncio.CancelledError as error:
                cancelled = error
            finally:
                self._held -= 1
        if cancelled:
            raise cancelled
