"""All of an import or nothing: when it is killed, cancelled, or beside another one."""

import asyncio
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path

import asyncpg
import pytest

from ingest import ImportFailed, rebuild, run_import
from ingest.transaction import transaction
from tests.faults import waiting_for_locks
from tests.import_files import contents, folder_of, right_rows, stored
from tests.oracle import Rows
from tests.row_files import write_rows
from tests.rows import random_rows

pytest_plugins = ["tests.import_fixture"]

KILLS = 6
IMPORT = """
import asyncio, sys
from pathlib import Path
import asyncpg
from ingest import run_import

async def main(url, folder, partner):
    connection = await asyncpg.connect(url, server_settings={"application_name": partner})
    print("begins", flush=True)
    await run_import(connection, Path(folder), partner=partner)
    print("done", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def changed(rows: Rows) -> Rows:
    """The same rows with other values, and new ones."""
    rows = {table: [dict(row) for row in of_table] for table, of_table in rows.items()}
    for row in rows["customers"]:
        row["name"] += " & Co"
    for row in rows["license_usage"]:
        row["assigned"] += 1
    rows["calls"] += [row | {"call_id": f"again-{row['call_id']}"} for row in rows["calls"]]
    return rows


async def killed_after(url: str, folder: Path, partner: str, seconds: float | None) -> float:
    """Run an import in a process of its own and kill it; the time that it had."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", IMPORT, url, folder, partner, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    assert await process.stdout.readline() == b"begins\n"
    began = asyncio.get_running_loop().time()
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), seconds)
    took = asyncio.get_running_loop().time() - began
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
        await process.wait()
    return took


async def gone(db: asyncpg.Connection, application: str) -> None:
    """Wait until PostgreSQL has noticed that the process is no more."""
    async with asyncio.timeout(20):
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"
        while await db.fetchval(query, application):  # noqa: ASYNC110, it has no event
            await asyncio.sleep(0.02)


async def test_killed_at_any_moment_it_leaves_the_old_state(
    db: asyncpg.Connection, import_url: str, partner: str, tmp_path: Path
) -> None:
    rows = random_rows(21, 150, date(2026, 5, 1))
    write_rows(rows, tmp_path / "old", "parquet")
    write_rows(changed(rows), tmp_path / "new", "csv")
    await run_import(db, tmp_path / "old", partner=partner)
    whole = await killed_after(import_url, tmp_path / "new", f"{partner} probe", None)
    old = await contents(db)

    draw = random.Random(21)
    kills = 0
    for number in range(KILLS):
        await killed_after(import_url, tmp_path / "new", partner, whole * (number + draw.random()) / 10)
        await gone(db, partner)
        if await contents(db) != old:  # it had just been committed, and so is whole
            again = await run_import(db, tmp_path / "new", partner=partner, dry_run=True)
            assert sum(count.inserted + count.updated for count in again.counts) == 0
            break
        kills += 1

    assert kills > 0
    await run_import(db, tmp_path / "new", partner=partner)
    assert (await run_import(db, tmp_path / "new", partner=partner)).counts[0].updated == 0


async def test_cancelled_it_leaves_the_old_state_and_a_usable_connection(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    write_rows(random_rows(22, 150, date(2026, 5, 1)), tmp_path)
    before = await contents(db)

    loop = asyncio.get_running_loop()
    began = loop.time()
    await run_import(db, tmp_path, partner=partner, dry_run=True)
    whole = loop.time() - began
    cancelled = 0
    for share in (0.0, 0.1, 0.3, 0.5, 0.7):
        try:
            async with asyncio.timeout(whole * share):
                await run_import(db, tmp_path, partner=partner)
        except TimeoutError:
            cancelled += 1
        assert not db.is_in_transaction()
        if await contents(db) != before:
            break  # it was committed in time, and so is whole

    assert cancelled > 0
    again = await run_import(db, tmp_path, partner=partner)
    assert again.committed
    assert len({count.inserted == count.read for count in again.counts}) == 1


async def test_cancelled_while_it_begins_it_leaves_no_transaction_open(db: asyncpg.Connection) -> None:
    async def wait_inside() -> None:
        async with transaction(db):
            await asyncio.sleep(10)

    for turns in range(8):
        waiting = asyncio.create_task(wait_inside())
        for _ in range(turns):
            await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert not db.is_in_transaction()
        assert await db.fetchval("SELECT 1") == 1


async def test_one_bad_row_keeps_everything_out(db: asyncpg.Connection, partner: str, tmp_path: Path) -> None:
    rows = random_rows(23, 80, date(2026, 5, 1))
    write_rows(rows, tmp_path)
    await run_import(db, tmp_path, partner=partner)
    before = await contents(db)
    write_rows(changed(rows), tmp_path)
    with (tmp_path / "help_desks.csv").open("a", encoding="utf-8") as file:
        file.write(",,,,,\r\n")

    with pytest.raises(ImportFailed, match="problem") as failed:
        await run_import(db, tmp_path, partner=partner)

    assert failed.value.result
    assert failed.value.result.problem_count == 2
    assert await contents(db) == before


async def test_two_imports_of_one_partner_take_turns(
    db: asyncpg.Connection, import_url: str, partner: str, tmp_path: Path
) -> None:
    rows = random_rows(24, 60, date(2026, 5, 1))
    write_rows(rows, tmp_path / "one", "parquet")
    write_rows(changed(rows), tmp_path / "two", "jsonl")
    others = [await asyncpg.connect(import_url) for _ in range(3)]

    results = await asyncio.gather(
        run_import(db, tmp_path / "one", partner=partner),
        *(run_import(other, tmp_path / "two", partner=partner) for other in others),
    )

    assert all(result.committed for result in results)
    inserted = sum(count.inserted for result in results for count in result.counts)
    assert inserted == sum(map(len, changed(rows).values()))
    for other in others:
        await other.close()


async def test_imports_of_two_partners_go_side_by_side(
    db: asyncpg.Connection, import_url: str, partner: str, tmp_path: Path
) -> None:
    folder_of(tmp_path, right_rows())
    other = await asyncpg.connect(import_url)
    await run_import(db, tmp_path, partner=partner)

    async with db.transaction():
        await run_import(db, tmp_path, partner=partner)  # its lock is held until the end of the block
        async with asyncio.timeout(10):
            result = await run_import(other, tmp_path, partner=f"Other {partner}")

    assert result.committed
    assert await stored(db, partner) == await stored(db, f"Other {partner}")
    await other.close()


@asynccontextmanager
async def held(url: str, lock: str) -> AsyncIterator[None]:
    """Another session has the lock, for longer than the limit of ours."""
    other = await asyncpg.connect(url)
    await other.execute("BEGIN")
    await other.execute(lock)

    async def let_go() -> None:
        await asyncio.sleep(0.6)
        await other.execute("COMMIT")

    letting_go = asyncio.create_task(let_go())
    yield
    await letting_go
    await other.close()


async def test_limits_of_the_role_are_not_for_what_takes_long(
    fresh_database_url: str, partner: str, tmp_path: Path
) -> None:
    """Behind a pooler, the role is where the limits of requests stand."""
    folder_of(tmp_path, right_rows())
    db = await asyncpg.connect(fresh_database_url, server_settings={"statement_timeout": "200ms"})
    async with held(
        fresh_database_url, "LOCK TABLE customers IN SHARE UPDATE EXCLUSIVE MODE"
    ):  # ANALYZE waits
        assert (await run_import(db, tmp_path, partner=partner)).committed
    async with held(fresh_database_url, f"SELECT FROM partners WHERE name = '{partner}' FOR UPDATE"):
        await rebuild(db, partner)
    await db.close()


async def test_what_fails_after_the_commit_does_not_say_that_nothing_was_done(
    fresh_database_url: str, partner: str, tmp_path: Path
) -> None:
    folder_of(tmp_path, right_rows() | {"tags": [{"name": "", "description": ""}]})
    db, other = [await asyncpg.connect(fresh_database_url) for _ in range(2)]
    async with other.transaction():
        await other.execute("LOCK TABLE customers IN SHARE UPDATE EXCLUSIVE MODE")
        importing = asyncio.create_task(
            run_import(db, tmp_path, partner=partner, skip_invalid=True, rejected_folder=tmp_path / "bad")
        )
        await waiting_for_locks(other, 1)
        await other.execute("SELECT pg_terminate_backend($1)", db.get_server_pid())
        with pytest.raises(ImportFailed, match="the import is done, but the database: "):
            await importing
    assert await other.fetchval("SELECT true FROM partners WHERE name = $1", partner)
    assert (tmp_path / "bad" / "tags.csv").is_file()
    await other.close()


async def test_what_the_database_refuses_is_a_reason(
    db: asyncpg.Connection, import_url: str, partner: str, tmp_path: Path
) -> None:
    folder_of(tmp_path, right_rows())
    doomed = await asyncpg.connect(import_url)
    await doomed.execute("SET default_transaction_read_only = on")

    with pytest.raises(ImportFailed, match=r"the database: .*read-only transaction"):
        await run_import(doomed, tmp_path, partner=partner)

    await doomed.close()
    with pytest.raises(ImportFailed, match="the database: "):
        await run_import(doomed, tmp_path, partner=partner)


@pytest.mark.parametrize("table", ["license_usage", "calls"])
async def test_numbers_that_add_up_to_too_much_are_a_reason(
    db: asyncpg.Connection, partner: str, tmp_path: Path, table: str
) -> None:
    files = right_rows()
    if table == "calls":
        call = files["calls"][0] | {"queue_wait_seconds": "1e308"}
        files["calls"] = [call | {"call_id": f"K{n}"} for n in range(2)]
    else:
        files["subscriptions"][0]["customer_id"] = "C2"
        files["licenses"][0]["product"] = "CALLING"
        files["license_usage"][0]["product"] = "CALLING"
        for row in files["license_usage"]:
            row["assigned"] = str(2**31 - 1)
    folder_of(tmp_path, files)
    before = await contents(db)

    with pytest.raises(
        ImportFailed, match=rf"numbers of .*{table} \(.* add up to more than can be kept, so nothing"
    ):
        await run_import(db, tmp_path, partner=partner)

    assert await contents(db) == before
