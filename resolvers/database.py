"""Reading: statements run on the pool's connections, counted and timed."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import asyncpg
from asyncpg.connection import LoggedQuery
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from models.statement import bind
from resolvers.errors import Busy
from resolvers.row import Row

R = TypeVar("R", bound=Row)

# The last one is what asyncpg says when it has read half of the server's farewell.
_LOST = (
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.AdminShutdownError,
    ConnectionResetError,
    asyncpg.InternalClientError,
)
_PAUSES = (0.02, 0.2)


@dataclass
class Database:
    """The database as one request sees it."""

    client: AsyncpgDBClient
    wait_seconds: float = 10.0
    waiting: ClassVar[int] = 0
    """How many of the process's statements wait for a connection at this moment."""
    told_of_statements: ClassVar[Callable[[LoggedQuery], None] | None] = None
    """Is told of each statement at its end, where someone wants to know."""
    statements: int = 0
    seconds: float = 0.0
    texts: list[str] = field(default_factory=list)
    _running: set[asyncio.Task[Any]] = field(default_factory=set)

    async def fetch(self, sql: str, values: Mapping[str, Any], row: type[R]) -> list[R]:
        """The statement's rows. Statements of one request may run at once, each on a connection of its own."""
        text, arguments = bind(sql, values)
        self.statements += 1
        self.texts.append(text)
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        started = time.perf_counter()
        try:
            for pause in _PAUSES:
                try:
                    return await self._rows(text, arguments, row)
                except _LOST:  # the server was restarted, or connections were cut: to read again does no harm
                    await asyncio.sleep(pause)
            return await self._rows(text, arguments, row)
        finally:
            self._running.discard(task)
            self.seconds += time.perf_counter() - started

    async def _rows(self, text: str, arguments: Sequence[Any], row: type[R]) -> list[R]:
        async with self._connection() as connection:
            rows: list[R] = await connection.fetch(text, *arguments, record_class=row)
        return rows

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection in a transaction, whose statements see what others have committed meanwhile."""
        async with self._connection() as connection, connection.transaction(isolation="read_committed"):
            yield connection

    def end(self) -> None:
        """End the statements that still run: those of a loader's batch run on when who waits for them is gone."""
        for task in self._running - {asyncio.current_task()}:
            task.cancel()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        pool = self.client._pool
        assert pool is not None  # made when the process starts
        Database.waiting += 1
        try:
            async with asyncio.timeout(self.wait_seconds):
                connection = await pool.acquire()
        except TimeoutError:
            raise Busy("Every database connection is in use. Try again shortly.") from None
        finally:
            Database.waiting -= 1
        told = Database.told_of_statements
        if told is not None:
            connection.add_query_logger(told)
        try:
            yield connection
        finally:
            if told is not None:
                connection.remove_query_logger(told)
            await pool.release(connection)
