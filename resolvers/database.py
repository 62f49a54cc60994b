"""Reading: statements run on the pool's connections, counted and timed."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import (
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
    suppress,
)
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import asyncpg
from asyncpg.connection import LoggedQuery
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from models.statement import bind
from resolvers.connections import Connections
from resolvers.errors import Unavailable
from resolvers.row import Row
from resolvers.session import CLEAN_UP_SECONDS, Connection, Plans, raise_if_lost

log = logging.getLogger("partnerhub.database")

R = TypeVar("R", bound=Row)

# Connections that were cut, and such as are refused. The last one is what asyncpg says when it has read half of the
# server's farewell.
_AWAY = (
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    ConnectionError,
    FileNotFoundError,  # of a socket's file
    socket.gaierror,
    asyncpg.InternalClientError,
)
_PAUSES = (0.02, 0.2)

_UNREACHED = "The database cannot be reached at the moment. Try again shortly."
_UNDONE = "The database cannot be reached at the moment, and nothing was changed. Try again shortly."
_UNSETTLED = (
    "The database was lost as the change was being kept, so it may have been made or not."
    " Ask again under the same idempotency key, or look first."
)
_READ_ONLY = "The database takes no changes at the moment; questions are answered. Try again later."


@dataclass
class Database:
    """The database as one request sees it."""

    client: AsyncpgDBClient
    wait_seconds: float = 10.0
    told_of_statements: ClassVar[Callable[[LoggedQuery], None] | None] = None
    """Is told of each statement at its end, where someone wants to know."""
    statements: int = 0
    seconds: float = 0.0
    texts: list[str] = field(default_factory=list)
    _running: set[asyncio.Task[Any]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._connections = Connections(self.client, self.wait_seconds)

    def kept(self) -> Connections:
        """Within (`async with`), connections are kept from one statement to the next."""
        return self._connections

    async def give_back(self) -> None:
        """Keep no connection that no statement uses: to be asked before waiting for anything else."""
        await self._connections.give_back()

    @property
    def alone(self) -> bool:
        """Whether no other request uses the database now."""
        return self._connections.alone

    async def fetch(
        self, sql: str, values: Mapping[str, Any], row: type[R], plans: Plans = Plans.BY_VALUES
    ) -> list[R]:
        """The statement's rows, by its named parameters."""
        return await self.ask(*bind(sql, values), row, plans)

    async def ask(self, text: str, arguments: Sequence[Any], row: type[R], plans: Plans) -> list[R]:
        """The statement's rows, by its numbered parameters. Statements of one request may run at once, each on a
        connection of its own."""
        self.statements += 1
        self.texts.append(text)
        started = time.perf_counter()
        try:
            for pause in _PAUSES:
                try:
                    return await self._rows(text, arguments, row, plans)
                except _AWAY:  # the server was restarted, or connections were cut: to read again does no harm
                    await asyncio.sleep(pause)
            return await self._rows(text, arguments, row, plans)
        except _AWAY as error:
            raise _unavailable(error, _UNREACHED) from error
        finally:
            self.seconds += time.perf_counter() - started

    async def _rows(self, text: str, arguments: Sequence[Any], row: type[R], plans: Plans) -> list[R]:
        connections = self._connections
        connection = await connections.take(plans)
        good = False
        try:
            with self._telling(connection):
                rows: list[R] = await connection.fetch(text, *arguments, record_class=row)
            good = True
        except asyncpg.InterfaceError as error:
            raise_if_lost(connection, error)
            raise
        finally:
            await connections.leave(connection, good=good)
        return rows

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection in a transaction, whose statements see what others have committed meanwhile."""
        committing = False
        try:
            async with self._connection() as connection, _transaction(connection):
                yield connection
                committing = True
        except asyncpg.ReadOnlySQLTransactionError as error:
            raise _unavailable(error, _READ_ONLY) from error
        except _AWAY as error:
            raise _unavailable(error, _UNSETTLED if committing else _UNDONE) from error

    @contextmanager
    def ending_with_it(self) -> Iterator[None]:
        """What runs here in a task of its own ends with the request: a loader's batch would run on for nobody."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            yield
        finally:
            self._running.discard(task)

    def end(self) -> None:
        """End what still runs."""
        for task in self._running:
            task.cancel()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        connection = await self._connections.take(Plans.BY_VALUES)
        good = False
        try:
            with self._telling(connection):
                yield connection
            good = True
        finally:
            await self._connections.leave(connection, good=good)

    @staticmethod
    def _telling(connection: Connection) -> AbstractContextManager[None]:
        """Its statements are told of, where someone wants to know."""
        told = Database.told_of_statements
        return _NOT_TOLD if told is None else _told(connection, told)


_NOT_TOLD = nullcontext()


@contextmanager
def _told(connection: Connection, told: Callable[[LoggedQuery], None]) -> Iterator[None]:
    connection.add_query_logger(told)
    try:
        yield
    finally:
        connection.remove_query_logger(told)


@asynccontextmanager
async def _transaction(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Committed at the end; undone after a failure, by closing the connection where saying so takes too long."""
    transaction = connection.transaction(isolation="read_committed")
    await transaction.start()
    try:
        yield
    except BaseException as error:
        if isinstance(error, asyncpg.InterfaceError):  # cut between two statements
            raise_if_lost(connection, error)
        with suppress(Exception):
            async with asyncio.timeout(CLEAN_UP_SECONDS):
                await transaction.rollback()
        raise
    await transaction.commit()


def _unavailable(error: BaseException, message: str) -> Unavailable:
    log.warning("the database does not serve: %s: %s", type(error).__name__, error)
    return Unavailable(message)
