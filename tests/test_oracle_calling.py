"""The oracle's calling analytics, on rows made by hand: the weeks, whom they cover, usage, and all on random rows.

What is expected is written down, not computed.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from tests.oracle import Book, Rows, calling
from tests.oracle_calls import BEFORE, NOON, WEEK, add_calls, add_customer
from tests.oracle_rows import TODAY
from tests.rows import random_rows, rows_strategy

# ---- weeks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "week"),
    [
        (date(2024, 5, 11), date(2024, 4, 28)),  # Saturday: its own week ends with the day
        (date(2024, 5, 12), date(2024, 5, 5)),  # Sunday: the week before has just ended
        (date(2024, 5, 15), date(2024, 5, 5)),
        (date(2024, 5, 18), date(2024, 5, 5)),
        (date(2024, 5, 19), date(2024, 5, 12)),
    ],
)
def test_latest_completed_week(on: date, week: date) -> None:
    assert calling.latest_completed_week(on) == week


def test_weeks_end_with_the_latest_completed_one() -> None:
    assert calling.weeks(TODAY, 3) == [date(2024, 4, 21), BEFORE, WEEK]
    assert len(calling.weeks(TODAY)) == 8
    assert calling.week_fields(WEEK) == {"start": "2024-05-05", "end": "2024-05-11"}


def test_calls_on_the_edges_of_a_week() -> None:
    rows: Rows = {}
    add_customer(rows, "A")
    for at in [
        datetime(2024, 5, 4, 23, 59, 59, tzinfo=UTC),
        datetime(2024, 5, 5, 0, 0, 0, tzinfo=UTC),
        datetime(2024, 5, 11, 23, 59, 59, tzinfo=UTC),
        datetime(2024, 5, 12, 0, 0, 0, tzinfo=UTC),
    ]:
        add_calls(rows, "A", started_at=at)

    assert [week["calls"] for week in calling.usage_trend(rows, {"A"}, TODAY, 3)] == [0, 1, 2]


# ---- coverage --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, True),
        ({"end_date": date(2024, 5, 11)}, True),
        ({"end_date": date(2024, 5, 10)}, False),
        ({"start_date": date(2024, 5, 11)}, True),
        ({"start_date": date(2024, 5, 12)}, False),
        ({"status": "SUSPENDED"}, False),
    ],
)
def test_covered_on_the_last_day_of_the_week(values: dict[str, Any], expected: bool) -> None:
    rows: Rows = {}
    add_customer(rows, "A", **values)
    add_calls(rows, "A")

    assert calling.usage_figures(rows, {"A"}, WEEK)["calls"] == int(expected)
    assert calling.covered_customers(rows, {"A"}, WEEK) == (["A"] if expected else [])
    assert calling.customer_calling(rows, "A", TODAY)["usage"]["calls"] == int(expected)


def test_meetings_alone_is_not_covered() -> None:
    rows: Rows = {}
    add_customer(rows, "A")
    rows["licenses"][0]["product"] = "MEETINGS"

    assert calling.covered_customers(rows, {"A"}, WEEK) == []


# ---- usage -----------------------------------------------------------------------------------------


def test_usage_by_volume() -> None:
    rows: Rows = {}
    add_customer(rows, "A", assigned=9)
    add_customer(rows, "B", assigned=1)
    for user, count in [("u1", 1), ("u2", 10), ("u3", 11), ("u4", 50), ("u5", 51)]:
        add_calls(rows, "A", count, user_id=user)
    add_calls(rows, "B", 2, user_id="u1", duration_seconds=15, outcome="FAILED")
    add_calls(rows, "B", 1, user_id="U1", duration_seconds=0, outcome="UNANSWERED")

    assert calling.usage_figures(rows, {"A", "B"}, WEEK) == {
        "week": {"start": "2024-05-05", "end": "2024-05-11"},
        "licensedUsers": 10,
        "activeUsers": 7,
        # Of A's nine licensed users four made no call; B has more users with calls than licenses.
        "usersByVolume": [
            {"volume": "NONE", "users": 4},
            {"volume": "LOW", "users": 4},
            {"volume": "MEDIUM", "users": 2},
            {"volume": "HIGH", "users": 1},
        ],
        "calls": 126,
        "minutes": 123.5,
    }


def test_licensed_users_are_those_of_the_week_s_last_day() -> None:
    rows: Rows = {}
    add_customer(rows, "A", assigned=9)
    line = {"subscription_id": "S-A", "trial_id": None, "product": "CALLING"}
    for on, assigned in [(date(2024, 5, 11), 5), (date(2024, 5, 12), 2)]:
        rows["license_usage"].append(
            {**line, "date": on, "assigned": assigned, "used": 0, "used_last_90_days": 0}
        )

    assert [week["licensedUsers"] for week in calling.usage_trend(rows, {"A"}, TODAY, 2)] == [9, 5]


def test_usage_by_customer_with_changes() -> None:
    rows: Rows = {}
    add_customer(rows, "A")
    add_customer(rows, "B", start_date=date(2024, 5, 8))
    add_customer(rows, "C", end_date=date(2024, 5, 8))
    week_before = NOON - timedelta(weeks=1)
    add_calls(rows, "A", 3)
    add_calls(rows, "A", 4, started_at=week_before)
    add_calls(rows, "A", 1, started_at=week_before, user_id="u2")
    add_calls(rows, "B", 2)
    add_calls(rows, "B", 5, started_at=week_before)
    add_calls(rows, "C", 5)

    found = calling.usage_by_customer(rows, {"A", "B", "C"}, TODAY)
    assert [
        (row["customer"]["customerId"], row["figures"]["calls"], row["activeUsersChange"], row["callsChange"])
        for row in found
    ] == [("A", 3, -1, -2), ("B", 2, 1, 2)]
    assert [row["customer"]["customerId"] for row in calling.order_by_customer(found, "CALLS")] == ["B", "A"]
    assert [row["callsChange"] for row in calling.order_by_customer(found, "CALLS_CHANGE", "DESC")] == [2, -2]


# ---- random rows -----------------------------------------------------------------------------------


def test_random_rows_move_every_figure() -> None:
    book = Book(random_rows(5, 800, TODAY))
    visible = set(book.customers)
    usage = calling.usage_figures(book, visible, WEEK)
    quality = calling.quality_figures(book, visible, WEEK)
    queues = calling.queue_figures(book, visible, WEEK)

    assert all(row["users"] for row in usage["usersByVolume"])
    assert quality["good"] and quality["poor"] and quality["unknown"]
    assert queues["answered"] and queues["overflowed"] and queues["abandoned"]
    assert all(row["calls"] for row in calling.feature_usage(book, visible, TODAY))
    assert all(week["calls"] for week in calling.usage_trend(book, visible, TODAY)[-2:])


@settings(max_examples=25, deadline=None)
@given(rows_strategy(TODAY))
def test_customers_add_up(rows: Rows) -> None:
    book = Book(rows)
    visible = set(book.customers)
    usage = calling.usage_figures(book, visible, WEEK)
    by_customer = calling.usage_by_customer(book, visible, TODAY)

    for name in ["calls", "activeUsers", "licensedUsers"]:
        assert usage[name] == sum(row["figures"][name] for row in by_customer)
    assert sum(row["users"] for row in usage["usersByVolume"]) >= usage["licensedUsers"]
