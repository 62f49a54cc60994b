"""PostgreSQL's notifications, handed to whoever listens in this process.

Every change notifies in its own transaction, so that each process of each server hears of all of them.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import asyncpg
import orjson
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from resolvers.events import DataImport

log = logging.getLogger("partnerhub.events")

CHANNEL = "partnerhub"
WAITING = 100
"""How many events wait for a slow reader before the oldest is dropped."""
RETRY_SECONDS = 1.0

Queue = asyncio.Queue[dict[str, Any]]


class Listener:
    """One connection that listens, for all readers of the process; a lost one is taken up again."""

    def __init__(self, client: AsyncpgDBClient) -> None:
        self._connect = {
            "host": client.host,
            "port": client.port,
            "user": client.user,
            "password": client.password,
            "database": client.database,
            "ssl": client.extra.get("ssl"),
        }
        self._readers: set[Queue] = set()
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
        connection = await asyncpg.connect(**self._connect)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _connection: lost.set())
        try:
            await connection.add_listener(CHANNEL, self._hear)
            self.listening.set()
            await lost.wait()
        finally:
            self.listening.clear()
            with suppress(Exception):
                await connection.close(timeout=2)

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: str) -> None:
        event: dict[str, Any] = orjson.loads(payload)
        for reader in self._readers:
            if reader.full():
                reader.get_nowait()
            reader.put_nowait(event)

    async def imports(self, partner_id: int) -> AsyncIterator[DataImport]:
        reader: Queue = asyncio.Queue(WAITING)
        self._readers.add(reader)
        try:
            while True:
                event = await reader.get()
                if event["event"] == "dataImported" and event["partner"] == partner_id:
                    finished_at = datetime.fromisoformat(event["finishedAt"])
                    yield DataImport(finished_at, event["rows"], tuple(event["tables"]))
        finally:
            self._readers.discard(reader)
