"""Whether this process should be sent requests. The reason why not is for the log: strangers ask, too."""

import asyncio
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from server.database import own_connection

log = logging.getLogger("partnerhub.health")

PROBE_SECONDS = 2.0
_STATE = """
SELECT current_setting('transaction_read_only')::bool AS read_only,
    ARRAY(SELECT app || '.' || name FROM tortoise_migrations) AS applied
"""


class Health:
    """Asks the database on a connection of its own, so that a busy pool is not taken for a database that is gone."""

    def __init__(self, client: AsyncpgDBClient, *, read_only: bool) -> None:
        self._connect = own_connection(client, "partnerhub health")
        self._read_only = read_only
        self._connection: asyncpg.Connection | None = None
        self._expected: frozenset[str] | None = None
        self._probing: asyncio.Task[str | None] | None = None
        self._told: str | None = None
        self.draining = False

    async def start(self) -> None:
        """To be called while the schema is known to be this version's."""
        self._expected = (await self._look())[1]

    async def close(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                await self._connection.close(timeout=1)

    async def is_ready(self) -> bool:
        """The answer comes within seconds, and however many ask, the database is asked by one at a time."""
        if self._probing is None or self._probing.done():
            self._probing = asyncio.create_task(self._problem())
        problem = await asyncio.shield(self._probing)
        if problem != self._told:
            self._told = problem
            if problem:
                log.warning("not ready: %s", problem)
            else:
                log.info("ready again")
        return problem is None

    async def _problem(self) -> str | None:
        if self.draining:
            return "the process is ending"
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                read_only, applied = await self._look()
        except Exception as error:  # whatever it is, the database does not answer
            if self._connection is not None:
                self._connection.terminate()
                self._connection = None
            return f"the database does not answer: {type(error).__name__}"
        if self._expected is not None and applied != self._expected:
            behind = self._expected - applied
            return (
                f"the schema is behind: run `partnerhub migrate` ({len(behind)} to apply)"
                if behind
                else ("the database was upgraded by a newer partnerhub: install that version")
            )
        if read_only and not self._read_only:
            return "the database is read-only: is it a standby? PARTNERHUB_DATABASE_READ_ONLY=true serves it"
        return None

    async def _look(self) -> tuple[bool, frozenset[str]]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(**self._connect, timeout=PROBE_SECONDS)
        (row,) = await self._connection.fetch(_STATE)
        return row["read_only"], frozenset(row["applied"])

    @contextmanager
    def ending(self, seconds: float) -> Iterator[None]:
        """At SIGTERM, tell at once that nothing more should come, and go on serving for so long before ending.

        A second SIGTERM ends it in good order at once.
        """
        if not seconds or threading.current_thread() is not threading.main_thread():
            yield
            return
        end = signal.getsignal(signal.SIGTERM)
        loop = asyncio.get_running_loop()

        def drain(number: int, frame: FrameType | None) -> None:
            if not callable(end):
                return
            if self.draining:
                end(number, frame)
                return
            self.draining = True
            log.info("not ready: ending in %g seconds", seconds)
            loop.call_soon_threadsafe(loop.call_later, seconds, end, number, None)

        if callable(end):
            signal.signal(signal.SIGTERM, drain)
        try:
            yield
        finally:
            if callable(end):
                signal.signal(signal.SIGTERM, end)
