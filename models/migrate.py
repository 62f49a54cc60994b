"""Bringing the database's schema up to date, and telling whether it is."""

from dataclasses import dataclass

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.transactions import in_transaction

from models.config import CONNECTION, MIGRATED_APPS

LOCK = 7_203_514_906  # a key of pg_advisory_lock that nothing else uses


@dataclass(frozen=True)
class SchemaState:
    """How the database's schema stands to this version of the program."""

    pending: tuple[str, ...]
    """Migrations that the database lacks."""
    unknown: tuple[str, ...]
    """Migrations that only a newer version knows."""

    @property
    def up_to_date(self) -> bool:
        return not self.pending and not self.unknown


async def schema_state(connection: BaseDBAsyncClient) -> SchemaState:
    # Tortoise takes any failure of its own statement for an empty database.
    await connection.execute_query("SELECT 1")
    executor = MigrationExecutor(connection, MIGRATED_APPS)
    pending = [step.migration.name for step in await executor.plan()]
    applied = await executor.recorder.applied_migrations()
    known = executor.loader.graph.nodes
    return SchemaState(tuple(pending), tuple(key.name for key in applied if key not in known))


async def migrate() -> list[str]:
    """Apply what is pending and return its names: all in one transaction, so all or nothing.

    Two at once take turns; the second finds nothing to do. Runs in Tortoise's current context.
    """
    applied: list[str] = []

    def note(event: str, _app: str, name: str) -> None:
        if event == "apply_done":
            applied.append(name)

    async with in_transaction(CONNECTION) as transaction:
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            await transaction.execute_query(f"SET LOCAL {limit} = 0")  # the role's, which are for requests
        await transaction.execute_query("SELECT pg_advisory_xact_lock($1)", [LOCK])
        executor = MigrationExecutor(transaction, MIGRATED_APPS)
        # Made first: the executor looks for it by a statement whose failure would end the transaction.
        await executor.recorder.ensure_schema(AsyncpgSchemaEditor(transaction, atomic=False))
        await executor.migrate(progress=note)
    return applied
