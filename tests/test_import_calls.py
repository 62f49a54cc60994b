"""Call records of weeks that nobody has any of go another way into the database: nothing may come of that.

The same files are imported for one partner into weeks that are new, then for another into weeks that are there.
"""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import ingest.keys
from ingest import ImportFailed, ImportResult, drop_old_calls
from models.call_weeks import week_of, weeks_kept
from tests.call_records import bring_in, call, random_call, roll_ups
from tests.oracle.book import Row

pytest_plugins = ["tests.import_fixture"]

_YEARS = iter(range(2040, 2099))


@pytest.fixture
def unknown() -> Iterator[datetime]:
    """A moment around which no other test's calls are."""
    yield datetime(next(_YEARS), 6, 3, 12, tzinfo=UTC)


async def records(db: asyncpg.Connection, partner: str) -> list[dict[str, Any]]:
    rows = await db.fetch(
        """
        SELECT c.*, k.external_id AS customer, c.tableoid::regclass::text AS partition
        FROM calls c JOIN partners p ON p.id = c.partner_id
        JOIN customers k ON k.partner_id = c.partner_id AND k.id = c.customer_id
        WHERE p.name = $1 ORDER BY c.external_id
        """,
        partner,
    )
    return [{k: v for k, v in row.items() if k not in ("partner_id", "customer_id")} for row in rows]


def told(result: ImportResult) -> tuple[Any, ...]:
    return result.counts, result.problem_count, [str(problem) for problem in result.problems]


async def assert_same(db: asyncpg.Connection, one: str, other: str) -> None:
    found = await records(db, one)
    assert found
    assert found == await records(db, other)
    assert await roll_ups(db, one) == await roll_ups(db, other)


def some(pick: random.Random, known: list[Row], around: datetime) -> list[Row]:
    """Records, some of which repeat others of theirs or known ones, with the same values or not."""
    found: list[Row] = []
    for number in range(60):
        new = random_call(pick, f"{around.year} {len(known)} {number}", around)
        if pick.random() < 0.4 and (there := known + found):
            old = pick.choice(there)
            found.append(old if pick.random() < 0.5 else new | {"call_id": old["call_id"]})
        else:
            found.append(new)
    return found


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("hashed", [50_000_000, -1])
async def test_new_weeks_and_old_ones_take_the_same_records(
    db: asyncpg.Connection,
    partner: str,
    tmp_path: Path,
    unknown: datetime,
    seed: int,
    hashed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three imports, the weeks of each partly new, with repeated, changed and moving records; keys told apart by
    their hashes, or too many for that."""
    monkeypatch.setattr(ingest.keys, "_HASHED_ROWS", hashed)
    pick = random.Random(seed)
    known: list[Row] = []
    other = f"{partner} other"
    for number in range(3):
        around = unknown + timedelta(weeks=4 * number)
        batch = some(pick, known, around)
        options = {"skip_invalid": True, "rejected_folder": tmp_path / "rejected"}
        first = await bring_in(db, tmp_path / "files", partner, batch, **options)
        second = await bring_in(db, tmp_path / "files", other, batch, **options)
        assert told(first) == told(second)
        count = first.counts[-1]
        assert count.read == 60 == count.inserted + count.updated + count.unchanged + count.rejected
        known += batch
        await assert_same(db, partner, other)


async def test_a_repeated_key_of_new_weeks_is_told_with_its_lines(
    db: asyncpg.Connection, partner: str, tmp_path: Path, unknown: datetime
) -> None:
    a, b = call("a", started_at=unknown), call("b", started_at=unknown)
    elsewhere = b | {"started_at": unknown + timedelta(weeks=1)}
    with pytest.raises(ImportFailed) as failed:
        await bring_in(db, tmp_path, partner, [a, b, a, call("c", started_at=unknown), elsewhere])
    assert failed.value.result
    assert [str(problem) for problem in failed.value.result.problems] == [
        "calls.csv:6: has the key of line 3 with different values"
    ]
    assert week_of(unknown.date()) not in await weeks_kept(db)

    result = await bring_in(db, tmp_path, partner, [a, b, a])
    assert (result.counts[-1].inserted, result.counts[-1].unchanged) == (2, 1)
    assert [row["external_id"] for row in await records(db, partner)] == ["a", "b"]


async def test_a_week_that_another_import_makes_meanwhile_is_shared(
    db: asyncpg.Connection, import_url: str, partner: str, tmp_path: Path, unknown: datetime
) -> None:
    slow = await asyncpg.connect(import_url, server_settings={"application_name": partner})
    calls = [call(f"{n}", started_at=unknown + timedelta(days=n)) for n in range(20)]
    other = f"{partner} other"
    async with db.transaction():
        await bring_in(db, tmp_path / "one", partner, calls)  # its weeks are nobody else's to see yet
        waiting = asyncio.create_task(bring_in(slow, tmp_path / "two", other, calls))
        observer = await asyncpg.connect(import_url)
        blocked = (
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = $1"
            " AND wait_event_type = 'Lock')"
        )
        async with asyncio.timeout(60):
            while not await observer.fetchval(blocked, partner):  # noqa: ASYNC110, it has no event
                await asyncio.sleep(0.02)
        await observer.close()
    assert (await waiting).counts[-1].inserted == 20
    await slow.close()
    await assert_same(db, partner, other)


async def test_a_closed_week_that_nobody_has_is_not_new(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    old = datetime(1993, 6, 3, 12, tzinfo=UTC)
    await bring_in(db, tmp_path, partner, [call("1", started_at=old)])
    assert week_of(old.date()) in await drop_old_calls(db, 13)
    before = await roll_ups(db, partner)
    open_week = old + timedelta(weeks=1)
    repeated = call("2", started_at=old)
    batch = [call("3", started_at=open_week), repeated, call("4", started_at=open_week), repeated]
    result = await bring_in(db, tmp_path, partner, batch)
    assert (result.counts[-1].inserted, result.counts[-1].unchanged) == (2, 2)
    assert {row["week"] for row in await records(db, partner)} == {week_of(open_week.date())}
    of_old = {t: [row for row in rows if row["week"] == week_of(old.date())] for t, rows in before.items()}
    after = await roll_ups(db, partner)
    assert of_old == {
        t: [row for row in rows if row["week"] == week_of(old.date())] for t, rows in after.items()
    }
    await drop_old_calls(db, 13)
