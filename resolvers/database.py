"""Reading: statements run on the pool's connections, counted and timed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tortoise.backends.asyncpg.client import AsyncpgDBClient

from resolvers.row import Row
from resolvers.statement import bind

R = TypeVar("R", bound=Row)


@dataclass
class Database:
    """The database as one request sees it."""

    client: AsyncpgDBClient
    statements: int = 0
    seconds: float = 0.0
    texts: list[str] = field(default_factory=list)

    async def fetch(self, sql: str, values: Mapping[str, Any], row: type[R]) -> list[R]:
        """The statement's rows. Statements of one request may run at once, each on a connection of its own."""
        text, arguments = bind(sql, values)
        self.statements += 1
        self.texts.append(text)
        started = time.perf_counter()
        async with self.client.acquire_connection() as connection:
            rows: list[R] = await connection.fetch(text, *arguments, record_class=row)
        self.seconds += time.perf_counter() - started
        return rows
