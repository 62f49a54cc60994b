"""Licensed users of weeks with calls: kept for every customer that a week covers, whatever changes by itself later."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ingest import rebuild, run_import
from tests.call_records import call, customer
from tests.oracle.book import Row
from tests.row_files import COLUMNS, write_rows

pytest_plugins = ["tests.import_fixture"]

FIRST = date(2026, 3, 1)  # a Sunday
WEEKS = [FIRST + timedelta(weeks=n) for n in range(4)]
LAST_DAYS = [week + timedelta(days=6) for week in WEEKS]


def moment(week: int) -> datetime:
    return datetime.combine(WEEKS[week], datetime.min.time(), UTC) + timedelta(days=3)


def row(table: str, **values: Any) -> Row:
    return {**dict.fromkeys(COLUMNS[table]), **values}


def subscription(
    name: str, start: date, end: date, *, customer_id: str | None = None, status: str = "ACTIVE"
) -> Row:
    dates = {"added_on": start, "start_date": start, "end_date": end}
    of = {"subscription_id": name, "customer_id": customer_id or name[0]}
    return row("subscriptions", **of, **dates, status=status, auto_renew=False)


def line(name: str, product: str = "CALLING") -> Row:
    return row("licenses", subscription_id=name, product=product, quantity=100)


def usage(name: str, day: date, assigned: int) -> Row:
    counts = {"assigned": assigned, "used": 0, "used_last_90_days": 0}
    return row("license_usage", subscription_id=name, product="CALLING", date=day, **counts)


async def bring_in(db: asyncpg.Connection, folder: Path, partner: str, **rows: list[Row]) -> None:
    write_rows({"customers": [customer(name) for name in "ABC"], **rows}, folder)
    await run_import(db, folder, partner=partner, call_retention_months=None)


async def licensed(db: asyncpg.Connection, partner: str) -> dict[tuple[str, int], int | None]:
    """By customer and week, counted from the first; with that, that a rebuild changes nothing."""
    sql = """
        SELECT c.external_id, (w.week - $2::date) / 7 AS week, w.licensed FROM calling_weeks w
        JOIN partners p ON p.id = w.partner_id JOIN customers c ON c.partner_id = p.id AND c.id = w.customer_id
        WHERE p.name = $1"""
    kept = {(name, week): users for name, week, users in await db.fetch(sql, partner, FIRST)}
    await rebuild(db, partner)
    assert {(name, week): users for name, week, users in await db.fetch(sql, partner, FIRST)} == kept
    return kept


@pytest.fixture
async def started(db: asyncpg.Connection, partner: str, tmp_path: Path) -> None:
    """A calls in weeks 0 and 2 and has licenses in 0 to 2; B has some from week 1 on; C calls without any."""
    await bring_in(
        db,
        tmp_path,
        partner,
        subscriptions=[
            subscription("A1", FIRST - timedelta(days=100), LAST_DAYS[2]),
            subscription("B1", LAST_DAYS[1], LAST_DAYS[1] + timedelta(days=400)),
        ],
        licenses=[line("A1"), line("B1"), line("B1", "MEETINGS")],
        license_usage=[usage("A1", LAST_DAYS[0], 5), usage("A1", LAST_DAYS[2] + timedelta(days=1), 9)],
        calls=[
            call("1", started_at=moment(0)),
            call("2", started_at=moment(2)),
            call("3", customer_id="C", started_at=moment(2)),
        ],
    )


@pytest.mark.usefixtures("started")
async def test_who_is_covered_has_a_row_in_weeks_with_calls(db: asyncpg.Connection, partner: str) -> None:
    assert await licensed(db, partner) == {("A", 0): 5, ("A", 2): 5, ("B", 2): 0, ("C", 2): None}


@pytest.mark.usefixtures("started")
async def test_a_snapshot_changes_the_weeks_from_its_day_on(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    await bring_in(db, tmp_path, partner, license_usage=[usage("A1", LAST_DAYS[0] + timedelta(days=1), 7)])
    assert await licensed(db, partner) == {("A", 0): 5, ("A", 2): 7, ("B", 2): 0, ("C", 2): None}
    await bring_in(
        db, tmp_path, partner, license_usage=[usage("B1", LAST_DAYS[0], 3), usage("A1", LAST_DAYS[0], 6)]
    )
    assert await licensed(db, partner) == {("A", 0): 6, ("A", 2): 7, ("B", 2): 3, ("C", 2): None}


@pytest.mark.usefixtures("started")
async def test_an_entitlement_changes_all_its_weeks(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    day = timedelta(days=1)
    moved = [subscription("A1", FIRST, LAST_DAYS[2] - day), subscription("B1", FIRST, LAST_DAYS[3])]
    await bring_in(db, tmp_path, partner, subscriptions=moved)
    assert await licensed(db, partner) == {
        ("A", 0): 5,
        ("A", 2): None,
        ("B", 0): 0,
        ("B", 2): 0,
        ("C", 2): None,
    }
    ended = [
        subscription("B1", FIRST, LAST_DAYS[3], status="CANCELLED"),
        subscription("A1", FIRST, LAST_DAYS[3]),
    ]
    await bring_in(db, tmp_path, partner, subscriptions=ended)
    assert await licensed(db, partner) == {("A", 0): 5, ("A", 2): 5, ("C", 2): None}
    anothers = [subscription("A1", FIRST, LAST_DAYS[3], customer_id="C")]
    await bring_in(db, tmp_path, partner, subscriptions=anothers)
    assert await licensed(db, partner) == {("A", 0): None, ("A", 2): None, ("C", 0): 5, ("C", 2): 5}


@pytest.mark.usefixtures("started")
async def test_a_new_line_is_added_up(db: asyncpg.Connection, partner: str, tmp_path: Path) -> None:
    more = subscription("A2", LAST_DAYS[1], LAST_DAYS[3])
    await bring_in(
        db,
        tmp_path,
        partner,
        subscriptions=[more],
        licenses=[line("A2")],
        license_usage=[usage("A2", LAST_DAYS[1], 4)],
    )
    assert await licensed(db, partner) == {("A", 0): 5, ("A", 2): 9, ("B", 2): 0, ("C", 2): None}


@pytest.mark.usefixtures("started")
async def test_a_week_is_kept_from_its_first_call_to_its_last(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    await bring_in(db, tmp_path, partner, calls=[call("4", customer_id="C", started_at=moment(1))])
    before = {("A", 0): 5, ("A", 2): 5, ("B", 2): 0, ("C", 2): None}
    assert await licensed(db, partner) == before | {("A", 1): 5, ("B", 1): 0, ("C", 1): None}
    await bring_in(db, tmp_path, partner, calls=[call("4", customer_id="C", started_at=moment(2))])
    assert await licensed(db, partner) == before


async def test_a_closed_week_changes_with_its_licenses(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    """Its records are dropped, and its figures of calls stay."""
    week = datetime.now(UTC) - timedelta(days=500)
    sunday = week.date() - timedelta(days=week.isoweekday() % 7)
    term = subscription("A1", sunday, sunday + timedelta(days=900))
    rows = {
        "subscriptions": [term],
        "licenses": [line("A1")],
        "calls": [call("1", customer_id="C", started_at=week)],
    }
    write_rows({"customers": [customer(name) for name in "ABC"], **rows}, tmp_path)
    await run_import(db, tmp_path, partner=partner, call_retention_months=13)
    assert sorted((name, users) for (name, _), users in (await licensed(db, partner)).items()) == [
        ("A", 0),
        ("C", None),
    ]
    await bring_in(db, tmp_path, partner, license_usage=[usage("A1", sunday + timedelta(days=6), 8)])
    sql = """
        SELECT c.external_id, w.calls, w.licensed FROM calling_weeks w JOIN partners p ON p.id = w.partner_id
        JOIN customers c ON c.partner_id = p.id AND c.id = w.customer_id WHERE p.name = $1 ORDER BY 1"""
    assert [tuple(found) for found in await db.fetch(sql, partner)] == [("A", 0, 8), ("C", 1, None)]
    await rebuild(db, partner)
    assert [tuple(found) for found in await db.fetch(sql, partner)] == [("A", 0, 8), ("C", 1, None)]
