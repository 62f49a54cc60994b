"""An import from end to end: one transaction of one partner."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from json import dumps
from pathlib import Path

import asyncpg

from ingest.load import Loader, Work
from ingest.partner_name import fault_of_name
from ingest.rejected import RejectedRows
from ingest.result import ImportFailed, ImportResult, NoProgress, Progress
from ingest.retention import drop_old_calls
from ingest.sources import Source, find_sources
from ingest.tables import CALLS, TABLES, USAGE
from ingest.transaction import transaction
from ingest.unpacking import unpacking
from kpis.calling_weeks import ROLL_UPS, ChangingWeeks
from kpis.derived import ChangingLines, rebuild_derived
from kpis.policy import Policy
from models.call_weeks import COUNTED
from models.notices import CHANNEL, DATA_IMPORTED

# Much of what is joined was put in by the same transaction, so PostgreSQL has no statistics of it, takes it for
# little, and would go through all of it for every row.
# The last setting ends a statement soon after the importing process was killed, and with it the partner's lock;
# there are systems that can't.
_SETTINGS = """
SET LOCAL work_mem = '128MB';
SET LOCAL jit = off;
SET LOCAL timezone = 'UTC';
SET LOCAL enable_nestloop = off;
DO $$ BEGIN
    PERFORM set_config('client_connection_check_interval', '1s', true);
EXCEPTION WHEN OTHERS THEN NULL;
END $$;
"""
_TOO_LARGE = (
    "numbers of license_usage (assigned) or of calls (queue_wait_seconds) are too large: those of one customer"
    " add up to more than can be kept, so nothing was changed"
)
_MANY = 0.1
"""So large a share of a table's rows, changed, calls for new statistics."""


class _DryRun(Exception):
    """Undoes the transaction."""


async def run_import(
    connection: asyncpg.Connection,
    path: Path,
    *,
    partner: str,
    skip_invalid: bool = False,
    dry_run: bool = False,
    rejected_folder: Path = Path("rejected"),
    progress: Progress | None = None,
    policy: Policy | None = None,
    call_retention_months: int | None = None,
) -> ImportResult:
    """Load the files under `path`: all of it, or nothing and ImportFailed.

    `skip_invalid` loads the good rows and writes the others into `rejected_folder`. `dry_run` does everything,
    and then undoes it; `rejected_folder` stays as it is. `policy` has the thresholds. Call records are kept for so
    many months, all of them if it is None.
    """
    if fault := fault_of_name(partner):
        raise ImportFailed(f"the partner's name {fault}")
    result = ImportResult(partner)
    rejected: dict[str, RejectedRows] = {}
    with unpacking() as folder:
        sources = await asyncio.to_thread(find_sources, path, folder)
        if skip_invalid and not dry_run:
            rejected = {
                source.table.name: RejectedRows(rejected_folder, source.table.name) for source in sources
            }
        try:
            with suppress(_DryRun):
                async with transaction(connection):
                    await _load(
                        connection,
                        sources,
                        skip_invalid,
                        rejected,
                        result,
                        progress or NoProgress(),
                        policy or Policy(),
                    )
                    if dry_run:
                        raise _DryRun
                result.committed = True
            for rows in rejected.values():
                rows.keep()
            if result.committed:
                await _analyze(connection, result)
                if call_retention_months is not None:
                    with suppress(asyncpg.LockNotAvailableError):  # the next import will do it
                        await drop_old_calls(connection, call_retention_months)
        except (
            asyncpg.NumericValueOutOfRangeError
        ) as error:  # each number is checked, but not what they add up to
            raise ImportFailed(_TOO_LARGE, result) from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            done = "the import is done, but " if result.committed else ""
            raise ImportFailed(f"{done}the database: {error}", result) from error
        finally:
            for rows in rejected.values():
                rows.discard()
    return result


async def rebuild(connection: asyncpg.Connection, partner: str, policy: Policy | None = None) -> None:
    """Compute the partner's derived tables anew from the source rows, with the thresholds of `policy`.

    Of weeks whose call records are dropped, the roll-ups are all there is: they stay as they are.
    """
    policy = policy or Policy()
    async with transaction(connection):
        partner_id = await connection.fetchval("SELECT id FROM partners WHERE name = $1 FOR UPDATE", partner)
        if partner_id is None:
            raise ImportFailed(f"there is no partner {partner}")
        await rebuild_derived(connection, partner_id, policy.size_bands)
        await ChangingWeeks(connection, partner_id, policy).rebuild()
        await connection.execute(
            "UPDATE partners SET data_version = data_version + 1 WHERE id = $1", partner_id
        )


async def rebuild_missing(connection: asyncpg.Connection, policy: Policy | None = None) -> list[str]:
    """Rebuild for the partners whose call records were never rolled up: they are from before there were roll-ups."""
    rows = await connection.fetch(
        "SELECT name FROM partners p WHERE EXISTS (SELECT FROM calls c WHERE c.partner_id = p.id)"
        " AND NOT EXISTS (SELECT FROM calling_weeks w WHERE w.partner_id = p.id) ORDER BY name"
    )
    for row in rows:
        await rebuild(connection, row["name"], policy)
    return [row["name"] for row in rows]


async def _load(
    connection: asyncpg.Connection,
    sources: list[Source],
    skip_invalid: bool,
    rejected: dict[str, RejectedRows],
    result: ImportResult,
    progress: Progress,
    policy: Policy,
) -> None:
    """Everything that happens inside the transaction."""
    await connection.execute(_SETTINGS)
    partner_id = await _lock_partner(connection, result.partner)
    changing = ChangingLines(connection, partner_id, policy.size_bands)
    await changing.begin()
    weeks = ChangingWeeks(connection, partner_id, policy)
    await weeks.begin()
    work = Work(connection, partner_id, policy, result, progress, changing, weeks)
    for source in sources:
        result.counts.append(await Loader(work, source, rejected.get(source.table.name)).load())
    if result.problem_count and not skip_invalid:
        problems = "1 problem" if result.problem_count == 1 else f"{result.problem_count} problems"
        raise ImportFailed(f"{problems}, so nothing was changed", result)
    await changing.finish()
    await weeks.finish()
    await _announce(connection, partner_id, result)


async def _lock_partner(connection: asyncpg.Connection, name: str) -> int:
    """The partner's id, the partner made if it is new. Imports and changes of one partner take turns from here."""
    await connection.execute("INSERT INTO partners (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", name)
    partner_id: int = await connection.fetchval("SELECT id FROM partners WHERE name = $1 FOR UPDATE", name)
    return partner_id


async def _announce(connection: asyncpg.Connection, partner_id: int, result: ImportResult) -> None:
    """Raise the version of the partner's data and tell who listens, if anything has changed."""
    changed = {count.table: count.inserted + count.updated for count in result.counts}
    changed = {table: rows for table, rows in changed.items() if rows}
    if not changed:
        return
    await connection.execute(
        "UPDATE partners SET data_version = data_version + 1,"
        " usage_processed_at = CASE WHEN $2 THEN now() ELSE usage_processed_at END WHERE id = $1",
        partner_id,
        USAGE in changed,
    )
    event = {
        "event": DATA_IMPORTED,
        "partner": partner_id,
        "finishedAt": datetime.now(UTC).isoformat(),
        "rows": sum(changed.values()),
        "tables": list(changed),
    }
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, dumps(event))


async def _analyze(connection: asyncpg.Connection, result: ImportResult) -> None:
    """Have queries planned for what is there now, and not only when PostgreSQL comes to look by itself."""
    changed = {count.table: count.inserted + count.updated for count in result.counts}
    changed["license_states"] = max(
        (rows for table, rows in changed.items() if TABLES[table].license_ids), default=0
    )
    if changed.get(CALLS):
        changed |= dict.fromkeys(ROLL_UPS, changed[CALLS])
    known = await connection.fetch(
        "SELECT name, reltuples FROM unnest($1::text[]) name JOIN pg_class ON oid = to_regclass(name)",
        sorted(table for table, rows in changed.items() if rows),
    )
    for table, rows in known:  # -1 rows: nobody has counted them yet
        if changed[table] >= _MANY * rows:
            columns = f" ({COUNTED})" if table == CALLS else ""
            async with transaction(connection):
                await connection.execute(f"ANALYZE {table}{columns}")
