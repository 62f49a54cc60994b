"""PostgreSQL's notifications, handed to whoever listens in this process.

Every change and import notifies in its own transaction, so that each process of each server hears of all of them,
and of none that was undone.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, TypeVar

import asyncpg
import orjson
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from models import notices
from resolvers.events import DataImport
from server import metrics
from server.database import own_connection
from server.mailbox import Mailbox

log = logging.getLogger("partnerhub.events")

T = TypeVar("T")

WAITING_IMPORTS = 100
WAITING_CUSTOMERS = 100_000
"""How much waits for a slow reader before the oldest is dropped."""
CUSTOMERS_AT_ONCE = 20
"""So few that what is read of them is still so when the last one is sent."""
RETRY_SECONDS = 1.0
CHECK_SECONDS = 15.0
"""How often a silent connection is tried, since a lost one may say nothing."""

Mailboxes = defaultdict[int, set[Mailbox[Any]]]


class Listener:
    """One connection that listens, for all readers of the process; a lost one is taken up again."""

    def __init__(self, client: AsyncpgDBClient) -> None:
        self._connect = own_connection(client, "partnerhub listener")
        self._imports: Mailboxes = defaultdict(set)
        self._customers: Mailboxes = defaultdict(set)
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                await self._listen()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("listening for changes failed, trying again: %s", error)
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(**self._connect, timeout=CHECK_SECONDS)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _connection: lost.set())
        try:
            await connection.add_listener(notices.CHANNEL, self._hear)
            self.listening.set()
            while not lost.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(CHECK_SECONDS):
                        await lost.wait()
                        break
                await connection.execute("SELECT 1", timeout=CHECK_SECONDS)
        finally:
            self.listening.clear()
            with suppress(Exception):
                await connection.close(timeout=2)

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: str) -> None:
        event: dict[str, Any] = orjson.loads(payload)
        match event["event"]:
            case notices.DATA_IMPORTED:
                finished_at = datetime.fromisoformat(event["finishedAt"])
                _deliver(
                    self._imports, event, [DataImport(finished_at, event["rows"], tuple(event["tables"]))]
                )
            case notices.CUSTOMER_CHANGED:
                _deliver(self._customers, event, event["customers"])

    async def imports(self, partner_id: int) -> AsyncGenerator[DataImport, None]:
        with _reading(self._imports, partner_id, Mailbox[DataImport](WAITING_IMPORTS)) as mailbox:
            while True:
                for event in await mailbox.take(1):
                    yield event

    async def changed_customers(self, partner_id: int) -> AsyncGenerator[Sequence[int], None]:
        with _reading(self._customers, partner_id, Mailbox[int](WAITING_CUSTOMERS)) as mailbox:
            while True:
                yield await mailbox.take(CUSTOMERS_AT_ONCE)


def _deliver(mailboxes: Mailboxes, event: dict[str, Any], things: Sequence[Any]) -> None:
    for mailbox in mailboxes.get(event["partner"], ()):
        mailbox.put(things)


@contextmanager
def _reading(mailboxes: Mailboxes, partner_id: int, mailbox: Mailbox[T]) -> Iterator[Mailbox[T]]:
    """The mailbox gets the partner's events until its reader leaves."""
    mailboxes[partner_id].add(mailbox)
    metrics.STREAMS.inc()
    try:
        yield mailbox
    finally:
        metrics.STREAMS.dec()
        mailboxes[partner_id].discard(mailbox)
        if not mailboxes[partner_id]:
            del mailboxes[partner_id]
