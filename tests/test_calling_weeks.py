"""The roll-ups of call records: kept by imports as a rebuild would make them, in just the weeks that are touched."""

import asyncio
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import rebuild
from kpis.calling_weeks import ROLL_UPS
from kpis.policy import Policy
from tests.call_records import NOON, WEEK, bring_in, call, random_call, roll_ups
from tests.oracle.book import Row
from tests.server import command, environment

pytest_plugins = ["tests.import_fixture"]


async def versions(db: asyncpg.Connection, partner: str) -> dict[tuple[str, str, date], int]:
    """Which transaction wrote each row of the roll-ups."""
    return {
        (table, row["external_id"], row["week"]): row["version"]
        for table in ROLL_UPS
        for row in await db.fetch(
            f"""SELECT r.xmin::text::bigint AS version, c.external_id, r.week FROM {table} r
            JOIN partners p ON p.id = r.partner_id
            JOIN customers c ON c.partner_id = r.partner_id AND c.id = r.customer_id WHERE p.name = $1""",
            partner,
        )
    }


@pytest.mark.parametrize("seed", range(6))
async def test_kept_is_what_a_rebuild_makes(
    db: asyncpg.Connection, partner: str, tmp_path: Path, seed: int
) -> None:
    """Imports of new, late, repeated and changed records, some of which move to other weeks or customers."""
    pick = random.Random(seed)
    known: dict[str, Row] = {}
    for number in range(6):
        ids = pick.sample([*known, *(f"new {number}.{n}" for n in range(30))], 30)
        batch = {
            id: known[id] if id in known and pick.random() < 0.4 else random_call(pick, id) for id in ids
        }
        known |= batch
        await bring_in(db, tmp_path, partner, batch.values())
    kept = await roll_ups(db, partner)
    assert all(kept.values())
    await rebuild(db, partner)
    assert await roll_ups(db, partner) == kept
    at_once = f"{partner} at once"
    await bring_in(db, tmp_path, at_once, known.values())
    assert await roll_ups(db, at_once) == kept


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from("abcd"), st.integers(0, 10**6)), max_size=4, unique_by=lambda c: c[0]
        ),
        max_size=4,
    )
)
def test_kept_is_what_a_rebuild_makes_of_small_sets(
    import_url: str, tmp_path: Path, imports: list[list[tuple[str, int]]]
) -> None:
    async def work() -> None:
        db = await asyncpg.connect(import_url)
        name = f"Small {random.getrandbits(64)}"
        try:
            await bring_in(db, tmp_path, name, [])
            for calls in imports:
                records = [random_call(random.Random(seed), id) for id, seed in calls]
                await bring_in(db, tmp_path, name, records)
            kept = await roll_ups(db, name)
            await rebuild(db, name)
            assert await roll_ups(db, name) == kept
        finally:
            await db.close()

    asyncio.run(work())


async def test_only_touched_weeks_and_customers_are_written(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    pick = random.Random(1)
    await bring_in(db, tmp_path, partner, [random_call(pick, f"{n}") for n in range(300)])
    before = await versions(db, partner)
    late = call("late", customer_id="B", queue="Sales", features=["VOICEMAIL"], endpoint_type="SIP")
    await bring_in(db, tmp_path, partner, [late])
    after = await versions(db, partner)
    rewritten = {key for key in after if after[key] != before.get(key)}
    assert {(customer, week) for _, customer, week in rewritten} == {("B", WEEK)}
    assert {table for table, _, _ in rewritten} == set(ROLL_UPS)
    await bring_in(db, tmp_path, partner, [late])  # the same again
    assert await versions(db, partner) == after


async def test_a_record_that_moves_corrects_both_weeks(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    await bring_in(db, tmp_path, partner, [call("1"), call("2", started_at=NOON + timedelta(weeks=2))])
    result = await bring_in(
        db,
        tmp_path,
        partner,
        [call("1", started_at=NOON + timedelta(weeks=2), customer_id="B", queue="Sales")],
    )
    assert (result.counts[-1].inserted, result.counts[-1].updated) == (0, 1)
    kept = await roll_ups(db, partner)
    assert [(row["customer"], row["week"], row["calls"]) for row in kept["calling_weeks"]] == [
        ("A", WEEK + timedelta(weeks=2), 1),
        ("B", WEEK + timedelta(weeks=2), 1),
    ]
    assert [(row["customer"], row["queue"]) for row in kept["calling_queue_weeks"]] == [("B", "Sales")]
    count = "SELECT count(*) FROM calls c JOIN partners p ON p.id = c.partner_id WHERE p.name = $1"
    assert await db.fetchval(count, partner) == 2


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        ("2026-03-01T00:00:00+00:00", "2026-03-01"),
        ("2026-02-28T23:59:59.999999+00:00", "2026-02-22"),
        ("2026-03-07T23:59:59.999999+00:00", "2026-03-01"),
        ("2026-03-01T01:30:00+02:00", "2026-02-22"),
        ("2026-01-01T00:00:00+00:00", "2025-12-28"),
        ("2026-01-03T23:59:59+00:00", "2025-12-28"),
        ("2026-01-04T00:00:00+00:00", "2026-01-04"),
        ("2028-02-29T12:00:00+00:00", "2028-02-27"),
    ],
)
async def test_weeks_begin_on_sundays_at_midnight_utc(
    db: asyncpg.Connection, partner: str, tmp_path: Path, moment: str, week: str
) -> None:
    await bring_in(db, tmp_path, partner, [call("1", started_at=datetime.fromisoformat(moment))])
    rows = (await roll_ups(db, partner))["calling_weeks"]
    assert [row["week"].isoformat() for row in rows] == [week]


@pytest.mark.parametrize(
    ("metrics", "quality"),
    [
        ((4.99, 399.9, 149.9), "good"),
        ((0, 0, 0), "good"),
        ((5, 0, 0), "poor"),
        ((0, 400, 0), "poor"),
        ((0, 0, 150), "poor"),
        ((None, 0, 0), "unknown"),
        ((9, None, 0), "unknown"),
        ((None, None, None), "unknown"),
    ],
)
async def test_quality_at_each_threshold(
    db: asyncpg.Connection, partner: str, tmp_path: Path, metrics: tuple[Any, ...], quality: str
) -> None:
    names = ("packet_loss_percent", "latency_ms", "jitter_ms")
    values = dict(zip(names, metrics, strict=True)) | {"endpoint_type": "SIP"}
    unanswered = call("2", outcome="UNANSWERED", **values)
    await bring_in(db, tmp_path, partner, [call("1", **values), unanswered])
    kept = await roll_ups(db, partner)
    for table, prefix in (("calling_weeks", ""), ("calling_endpoint_weeks", "sip_")):
        counts = {name: kept[table][0][prefix + name] for name in ("good", "poor", "unknown")}
        assert counts == {"good": 0, "poor": 0, "unknown": 0} | {quality: 1}


async def test_thresholds_are_a_setting_and_a_rebuild(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    poor = {"packet_loss_percent": 6, "latency_ms": 1, "jitter_ms": 1}
    await bring_in(db, tmp_path, partner, [call(f"{n}", **poor) for n in range(3)])
    row = (await roll_ups(db, partner))["calling_weeks"][0]
    assert (row["poor"], row["low_users"]) == (3, 1)
    await rebuild(db, partner, Policy(good_call_packet_loss_percent=7, usage_volume_limits=(1, 2)))
    row = (await roll_ups(db, partner))["calling_weeks"][0]
    assert (row["good"], row["poor"]) == (3, 0)
    assert (row["low_users"], row["medium_users"], row["high_users"]) == (0, 0, 1)


async def test_the_same_call_ids_are_each_partners_own(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    other = f"{partner} other"
    await bring_in(db, tmp_path, partner, [call("1")])
    await bring_in(db, tmp_path, other, [call("1", started_at=NOON + timedelta(weeks=1), duration_seconds=5)])
    before = await roll_ups(db, partner)
    assert before["calling_weeks"][0]["seconds"] == 60
    await rebuild(db, other)
    assert await roll_ups(db, partner) == before
    assert (await roll_ups(db, other))["calling_weeks"][0]["seconds"] == 5


async def test_migrating_rolls_up_the_calls_of_before(
    db: asyncpg.Connection, import_url: str, partner: str, tmp_path: Path
) -> None:
    await bring_in(
        db, tmp_path / "files", partner, [random_call(random.Random(n), f"{n}") for n in range(60)]
    )
    kept = await roll_ups(db, partner)
    partner_id = await db.fetchval("SELECT id FROM partners WHERE name = $1", partner)
    for table in ROLL_UPS:
        await db.execute(f"DELETE FROM {table} WHERE partner_id = $1", partner_id)
    env = environment(import_url, tmp_path)
    assert f"Rolled up the calls of {partner}." in command("migrate", env=env, cwd=tmp_path).stdout
    assert await roll_ups(db, partner) == kept
    assert partner not in command("migrate", env=env, cwd=tmp_path).stdout
