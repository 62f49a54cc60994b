"""The database's connections as one request uses them: few at once, and kept until it ends."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum
from typing import ClassVar
from weakref import WeakKeyDictionary

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from resolvers.errors import Busy

AT_ONCE = 4
"""So many connections one request uses at most, and more than one only while the pool has others for all."""
_CLEAN_UP_SECONDS = 2.0
"""How long a connection may take to be ready for the next one; a database that hangs would hold it for good."""


class Plans(Enum):
    """How PostgreSQL plans a prepared statement: `plan_cache_mode`."""

    BY_VALUES = "auto"
    """For each run by its values, as long as that seems worth it."""
    ANEW = "force_custom_plan"
    """For each run by its values, always: of lines in force on a day, a general plan expects too few by far."""
    KEPT = "force_generic_plan"
    """Once a connection, whatever the values: for look-ups, where planning would take longer than running."""
    EITHER = None
    """As the connection happens to do it."""


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that knows how it plans."""

    plans = Plans.BY_VALUES

    async def plan(self, plans: Plans) -> None:
        """Plan so from now on."""
        if plans is not self.plans and plans is not Plans.EITHER:
            await self.execute(f"SET plan_cache_mode = {plans.value}")
            self.plans = plans


class Unprepared(Connection):
    """A connection behind a pooler: no statement stays prepared on it, and its session may be anyone's next."""

    async def plan(self, plans: Plans) -> None:
        pass


class Connections:
    """The connections of one request."""

    waiting: ClassVar[int] = 0
    """How many of the process's statements wait for the pool at this moment."""
    _taken: ClassVar[WeakKeyDictionary[AsyncpgDBClient, int]] = WeakKeyDictionary()
    """How many connections of a pool all requests hold, those that are still on their way included."""

    def __init__(self, client: AsyncpgDBClient, wait_seconds: float) -> None:
        self._client = client
        self._wait_seconds = wait_seconds
        self._keeping = 0
        self._held = 0
        self._free: list[Connection] = []
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def _pool(self) -> asyncpg.Pool:
        pool = self._client._pool
        assert pool is not None  # made when the process starts
        return pool

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Within, connections are kept from one statement to the next."""
        self._keeping += 1
        try:
            yield
        finally:
            self._keeping -= 1
            if not self._keeping:
                await self.give_back()

    async def take(self, plans: Plans) -> Connection:
        """A connection that plans so, for one statement or transaction. Raises Busy when there is none in time."""
        if any(map(_is_lost, self._free)):  # and so are the others, most likely
            await self.give_back()
        while not self._free:
            if not self._held or (self._held < AT_ONCE and self._pool_has_more()):
                await self._take_more()
            else:
                await self._turn()
        place = next((n for n, found in enumerate(self._free) if found.plans is plans), -1)
        connection = self._free.pop(place)
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
        spare = self._held > 1 and Connections.waiting and not self._queue
        if not good or not self._keeping or spare:
            await self.give_back()
        self._next()

    async def _take_more(self) -> None:
        ready = self._pool_has_more()
        self._count(1)
        try:
            connection = await (self._pool.acquire() if ready else self._waited_for())
        except BaseException:
            self._count(-1)
            self._next()
            raise
        self._free.append(connection)

    async def _waited_for(self) -> Connection:
        Connections.waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                connection: Connection = await self._pool.acquire()
                return connection
        except TimeoutError:
            raise Busy("Every database connection is in use. Try again shortly.") from None
        finally:
            Connections.waiting -= 1

    def _count(self, more: int) -> None:
        self._held += more
        Connections._taken[self._client] = Connections._taken.get(self._client, 0) + more

    def _pool_has_more(self) -> bool:
        """Whether the pool gives one at once. Who holds one already must not wait for those that wait for it."""
        return Connections._taken.get(self._client, 0) < int(self._pool.get_max_size())

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

    async def give_back(self) -> None:
        """Give all that are free back to the pool, whoever is cancelled meanwhile.

        To be asked before a request waits for anything but its statements.
        """
        cancelled = None
        while self._free:
            connection = self._free.pop()
            try:
                with suppress(Exception):  # one that cannot be made ready again is closed; its rows are here
                    await self._pool.release(connection, timeout=_CLEAN_UP_SECONDS)
            except asyncio.CancelledError as error:
                cancelled = error
            finally:
                self._count(-1)
        if cancelled:
            raise cancelled


def raise_if_lost(connection: Connection, error: asyncpg.InterfaceError) -> None:
    """Raise ConnectionDoesNotExistError where the connection cannot be used since it was cut off."""
    if _is_lost(connection):
        raise asyncpg.ConnectionDoesNotExistError(str(error)) from error


def _is_lost(connection: Connection) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:  # the pool has taken it back already
        return True
