"""Which database a command uses, and opening it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.exceptions import ConfigurationError

from models.config import CONNECTION, tortoise_config
from models.migrate import SchemaState, schema_state
from resolvers.session import Connection, Unprepared
from resolvers.shared import Shared
from server.embedded import start
from server.settings import Settings

MINIMUM_VERSION = 150000
GRACE_MS = 1000


class DatabaseError(Exception):
    """The database cannot be used: one line that says why and what to do."""


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The URL of the database: the one that is set, or the embedded server's, held while in use."""
    if settings.database_url:
        yield settings.database_url
        return
    with start(settings.data_dir) as embedded:
        yield embedded.url


@asynccontextmanager
async def opened(url: str, settings: Settings, *, serving: bool = False) -> AsyncIterator[AsyncpgDBClient]:
    """The database with its pool of connections. Raises DatabaseError when it can't be reached or is too old.

    While serving, the database ends by itself what the service should have ended: a statement or a transaction that
    outlives its operation. What a command does may take as long as it takes.
    """
    timeout_ms = int(settings.request_timeout_seconds * 1000)
    timeouts = {
        "idle_in_transaction_session_timeout": str(timeout_ms),
        "statement_timeout": str(timeout_ms + GRACE_MS),
    }
    config = _config(
        url,
        min_size=1,
        max_size=settings.database_connections,
        application_name="partnerhub",
        reset=_leave_as_it_is,
        server_settings=timeouts if serving else {},
    )
    credentials = config["connections"][CONNECTION]["credentials"]
    pooled = credentials.get("statement_cache_size") == 0
    credentials["connection_class"] = Unprepared if pooled else Connection
    async with TortoiseContext() as context:
        await context.init(config=config)
        client = context.db(CONNECTION)
        assert isinstance(client, AsyncpgDBClient)
        try:
            _, rows = await client.execute_query(
                "SELECT current_setting('server_version_num')::int AS version"
            )
        except Exception as error:
            raise DatabaseError(f"the database cannot be reached: {_line(error)}") from error
        if rows[0]["version"] < MINIMUM_VERSION:
            raise DatabaseError(
                "the database is older than PostgreSQL 15: upgrade it, or use the embedded one"
            )
        try:
            yield client
        finally:
            await Shared.of(client).close()


async def _leave_as_it_is(_connection: asyncpg.Connection) -> None:
    """In the place of the pool's own reset, which costs each statement a round trip more.

    Nothing of ours is left in a session but how it plans, which its connection knows: what else is set or locked
    is so within a transaction, which ends with it, and what listens has a connection of its own.
    """


async def connect(url: str) -> asyncpg.Connection:
    """One connection, for a command's own work. Raises DatabaseError."""
    credentials = _config(url)["connections"][CONNECTION]["credentials"]
    try:
        return await asyncpg.connect(**credentials)
    except Exception as error:
        raise DatabaseError(f"the database cannot be reached: {_line(error)}") from error


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """The same, closed in the end."""
    connection = await connect(url)
    try:
        yield connection
    finally:
        await connection.close()


def own_connection(client: AsyncpgDBClient, name: str) -> dict[str, Any]:
    """What asyncpg.connect takes for a connection beside the pool, to the same database in the same way."""
    options: dict[str, Any] = {
        name: client.extra[name] for name in ("ssl", "statement_cache_size") if name in client.extra
    }
    return {
        "host": client.host,
        "port": client.port,
        "user": client.user,
        "password": client.password,
        "database": client.database,
        **options,
        "server_settings": {"application_name": name},
    }


def _config(url: str, **pool: Any) -> dict[str, Any]:
    """Tortoise's configuration for the URL. Raises DatabaseError for one that cannot be read."""
    try:
        config = tortoise_config(url, **pool)
    except (ConfigurationError, ValueError) as error:
        raise DatabaseError(
            f"the database cannot be reached: PARTNERHUB_DATABASE_URL: {_line(error)}"
        ) from error
    credentials = config["connections"][CONNECTION]["credentials"]
    if "sslmode" in credentials:  # so libpq and every provider call what asyncpg calls `ssl`
        credentials["ssl"] = credentials.pop("sslmode")
    return config


async def require_up_to_date(client: BaseDBAsyncClient) -> None:
    """Refuse a schema of another version. Raises DatabaseError."""
    problem = describe(await schema_state(client))
    if problem:
        raise DatabaseError(problem)


def describe(state: SchemaState) -> str | None:
    """What is wrong with the schema, and what to do; None if nothing is."""
    if state.unknown:
        return f"the database was upgraded by a newer partnerhub ({state.unknown[-1]}): install that version"
    if state.pending:
        return f"the database's schema is behind ({len(state.pending)} to apply): run `partnerhub migrate`"
    return None


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
