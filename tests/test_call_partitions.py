"""The partitions of call records: made for the weeks that imports bring, and dropped with those that are too old."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from ingest import drop_old_calls, rebuild
from models.call_weeks import drop_weeks, partition, week_of, weeks_kept
from tests.call_records import WEEK, bring_in, call, customer, roll_ups
from tests.faults import waiting_for_locks
from tests.row_files import write_rows
from tests.server import command, environment

pytest_plugins = ["tests.import_fixture"]


async def test_old_weeks_are_dropped_and_their_figures_stay(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    today = datetime.now(UTC).replace(hour=12)
    old, kept_week = today - timedelta(days=430), today - timedelta(days=380)
    records = [
        call("old 1", started_at=old, queue="Sales"),
        call("old 2", started_at=old),
        call("kept", started_at=kept_week),
        call("new", started_at=today),
    ]
    await bring_in(db, tmp_path, partner, records, call_retention_months=13)
    before = await roll_ups(db, partner)
    assert {row["week"] for row in before["calling_weeks"]} == {
        week_of(day.date()) for day in (old, kept_week, today)
    }
    weeks = await weeks_kept(db)
    assert week_of(old.date()) not in weeks
    assert {week_of(kept_week.date()), week_of(today.date())} <= set(weeks)
    # A rebuild has nothing to make the figures of, and importing the same or some of it again changes nothing.
    await rebuild(db, partner)
    assert await roll_ups(db, partner) == before
    for again in (records, records[:1], [call("old 3", started_at=old)]):
        result = await bring_in(db, tmp_path, partner, again, call_retention_months=13)
        assert (result.counts[-1].inserted, result.counts[-1].updated) == (0, 0)
        assert result.counts[-1].unchanged == len(again)
        assert await roll_ups(db, partner) == before
    # Nor does it while the week is there for another partner.
    await bring_in(db, tmp_path, f"{partner} other", records)
    await bring_in(db, tmp_path, partner, records[:1])
    assert await roll_ups(db, partner) == before
    assert week_of(old.date()) in await drop_old_calls(db, 13)
    assert (await roll_ups(db, f"{partner} other"))["calling_weeks"] == before["calling_weeks"]


async def test_two_drop_the_same_weeks_at_once(
    db: asyncpg.Connection, import_url: str, partner: str, tmp_path: Path
) -> None:
    old = datetime.now(UTC) - timedelta(days=500)
    await bring_in(db, tmp_path, partner, [call("1", started_at=old)])
    other, watching = [await asyncpg.connect(import_url) for _ in range(2)]
    async with other.transaction():
        assert week_of(old.date()) in await drop_weeks(other, 13)
        again = asyncio.create_task(drop_old_calls(db, 13))
        await waiting_for_locks(watching, 1)
    assert await again == []
    for connection in (other, watching):
        await connection.close()


async def test_a_dry_run_leaves_no_week(db: asyncpg.Connection, partner: str, tmp_path: Path) -> None:
    moment = datetime(2031, 6, 3, tzinfo=UTC)
    await bring_in(db, tmp_path, partner, [call("1", started_at=moment)], dry_run=True)
    assert week_of(moment.date()) not in await weeks_kept(db)


async def test_a_call_of_no_sensible_year_is_refused(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    moments = [datetime(1989, 12, 31, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)]
    records = [call(f"{n}", started_at=moment) for n, moment in enumerate(moments)]
    result = await bring_in(db, tmp_path, partner, records, skip_invalid=True, rejected_folder=tmp_path / "r")
    assert [problem.column for problem in result.problems] == ["started_at", "started_at"]


async def test_two_partners_make_the_same_new_weeks_at_once(
    import_url: str, partner: str, tmp_path: Path
) -> None:
    async def one(number: int) -> None:
        db = await asyncpg.connect(import_url)
        try:
            moments = [datetime(2033, 1, 5, tzinfo=UTC) + timedelta(weeks=n) for n in range(8)]
            records = [call(f"{n}", started_at=moment) for n, moment in enumerate(moments)]
            await bring_in(db, tmp_path / f"{number}", f"{partner} {number}", records)
            assert len((await roll_ups(db, f"{partner} {number}"))["calling_weeks"]) == 8
        finally:
            await db.close()

    await asyncio.gather(*(one(number) for number in range(3)))


async def test_records_lie_in_their_weeks_partition(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    await bring_in(db, tmp_path, partner, [call("1")])
    found = await db.fetch(
        "SELECT c.tableoid::regclass::text AS name, c.week FROM calls c JOIN partners p ON p.id = c.partner_id"
        " WHERE p.name = $1",
        partner,
    )
    assert [tuple(row) for row in found] == [(partition(WEEK), WEEK)]


def test_the_command_tells_which_weeks_it_drops(
    fresh_database_url: str, partner: str, tmp_path: Path
) -> None:
    old = datetime.now(UTC) - timedelta(days=500)
    patient = environment(fresh_database_url, tmp_path, PARTNERHUB_CALL_RETENTION_MONTHS="60")
    env = environment(fresh_database_url, tmp_path)
    write_rows({"customers": [customer("A")], "calls": [call("1", started_at=old)]}, tmp_path / "files")
    command("import", "files", "--partner", partner, env=patient, cwd=tmp_path)
    assert "No call records are that old." in command("prune", env=patient, cwd=tmp_path).stdout
    dropped = f"Dropped the call records of the week from {week_of(old.date())}."
    assert dropped in command("prune", env=env, cwd=tmp_path).stdout
    assert "No call records are that old." in command("prune", env=env, cwd=tmp_path).stdout
