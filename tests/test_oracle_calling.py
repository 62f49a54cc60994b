"""The oracle's calling analytics, on rows made by hand: what is expected is written down, not computed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from tests.oracle import Book, Row, Rows, calling
from tests.rows import random_rows, rows_strategy

TODAY = date(2024, 5, 15)  # a Wednesday
WEEK = date(2024, 5, 5)  # the latest completed week, Sunday 5 to Saturday 11 May
BEFORE = date(2024, 4, 28)
NOON = datetime(2024, 5, 8, 12, 0, tzinfo=UTC)


def add_customer(rows: Rows, customer_id: str, assigned: int = 0, **values: Any) -> None:
    """A customer with a Calling subscription in force all year, of which so many licenses are assigned."""
    rows.setdefault("customers", []).append({"customer_id": customer_id, "name": f"Name of {customer_id}"})
    rows.setdefault("subscriptions", []).append(
        {
            "subscription_id": f"S-{customer_id}",
            "customer_id": customer_id,
            "status": "ACTIVE",
            "added_on": date(2024, 1, 1),
            "start_date": date(2024, 1, 1),
            "end_date": date(2024, 12, 31),
            "auto_renew": True,
            **values,
        }
    )
    line = {"subscription_id": f"S-{customer_id}", "trial_id": None, "product": "CALLING"}
    rows.setdefault("licenses", []).append({**line, "quantity": 100})
    rows.setdefault("license_usage", []).append(
        {**line, "date": date(2024, 1, 1), "assigned": assigned, "used": 0, "used_last_90_days": 0}
    )


def add_calls(rows: Rows, customer_id: str, count: int = 1, **values: Any) -> None:
    """Answered calls of a minute without metrics or a queue, in the middle of the latest completed week."""
    for _ in range(count):
        rows.setdefault("calls", []).append(
            {
                "call_id": f"call {len(rows['calls'])}" if "calls" in rows else "call",
                "customer_id": customer_id,
                "user_id": "u1",
                "started_at": NOON,
                "duration_seconds": 60,
                "direction": "INBOUND",
                "outcome": "ANSWERED",
                "endpoint_type": None,
                "features": [],
                "packet_loss_percent": None,
                "latency_ms": None,
                "jitter_ms": None,
                "queue": None,
                "queue_wait_seconds": None,
                "queue_outcome": None,
                **values,
            }
        )


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


# ---- quality ---------------------------------------------------------------------------------------


def call(packet_loss: str | None, latency: int | None, jitter: int | None, outcome: str = "ANSWERED") -> Row:
    return {
        "outcome": outcome,
        "packet_loss_percent": None if packet_loss is None else Decimal(packet_loss),
        "latency_ms": latency,
        "jitter_ms": jitter,
    }


@pytest.mark.parametrize(
    ("of", "quality"),
    [
        (call("4.99", 399, 149), "GOOD"),
        (call("0", 0, 0), "GOOD"),
        (call("5", 399, 149), "POOR"),
        (call("4.99", 400, 149), "POOR"),
        (call("4.99", 399, 150), "POOR"),
        (call(None, None, None), "UNKNOWN"),
        (call(None, 900, 900), "UNKNOWN"),
        (call("0", 0, 0, "UNANSWERED"), None),
        (call("9", 900, 900, "FAILED"), None),
    ],
)
def test_quality_of_a_call(of: Row, quality: str | None) -> None:
    assert calling.call_quality(of) == quality


@pytest.fixture
def with_metrics() -> Rows:
    rows: Rows = {}
    add_customer(rows, "A")
    add_customer(rows, "B")
    good = {"packet_loss_percent": Decimal(0), "latency_ms": 0, "jitter_ms": 0}
    poor = {**good, "latency_ms": 400}
    add_calls(rows, "A", 3, endpoint_type="SIP", **good)
    add_calls(rows, "A", 1, endpoint_type="WXC_CLIENT", **poor)
    add_calls(rows, "A", 2, endpoint_type="SIP")
    add_calls(rows, "A", 1, **poor, started_at=NOON - timedelta(weeks=1))
    add_calls(rows, "B", 1, endpoint_type="SIP", outcome="FAILED", **good)
    add_calls(rows, "B", 4, **poor)
    return rows


def test_quality_figures(with_metrics: Rows) -> None:
    week = {"start": "2024-05-05", "end": "2024-05-11"}

    assert calling.quality_trend(with_metrics, {"A", "B"}, TODAY, 3) == [
        {
            "week": {"start": "2024-04-21", "end": "2024-04-27"},
            "good": 0,
            "poor": 0,
            "unknown": 0,
            "poorRate": None,
        },
        {
            "week": {"start": "2024-04-28", "end": "2024-05-04"},
            "good": 0,
            "poor": 1,
            "unknown": 0,
            "poorRate": 1.0,
        },
        {"week": week, "good": 3, "poor": 5, "unknown": 2, "poorRate": 0.625},
    ]
    types = calling.quality_by_endpoint_type(with_metrics, {"A", "B"}, TODAY)
    assert [each["endpointType"] for each in types] == calling.ENDPOINT_TYPES
    assert types[0]["figures"] == {"week": week, "good": 0, "poor": 1, "unknown": 0, "poorRate": 1.0}
    assert types[1]["figures"] == {"week": week, "good": 0, "poor": 0, "unknown": 0, "poorRate": None}
    assert types[5]["figures"] == {"week": week, "good": 3, "poor": 0, "unknown": 2, "poorRate": 0.0}


def test_half_of_the_calls_poor() -> None:
    rows: Rows = {}
    add_customer(rows, "A")
    for latency in [399, 400]:
        add_calls(rows, "A", packet_loss_percent=Decimal(0), latency_ms=latency, jitter_ms=0)

    assert calling.quality_figures(rows, {"A"}, WEEK)["poorRate"] == 0.5


def test_quality_by_customer(with_metrics: Rows) -> None:
    found = calling.quality_by_customer(with_metrics, {"A", "B"}, TODAY)

    assert [
        (row["customer"]["customerId"], row["figures"]["poorRate"], row["poorRateChange"]) for row in found
    ] == [("A", 0.25, -0.75), ("B", 1.0, None)]
    assert [row["figures"]["poor"] for row in calling.order_by_customer(found, "POOR_RATE", "DESC")] == [4, 1]


# ---- features and queues ---------------------------------------------------------------------------


@pytest.fixture
def with_queues() -> Rows:
    rows: Rows = {}
    for customer_id in "ABCD":
        add_customer(rows, customer_id)
    sales: dict[str, Any] = {"queue": "Sales", "features": ["CALL_QUEUE"]}
    add_calls(rows, "A", 1, **sales, queue_wait_seconds=10, queue_outcome="ANSWERED")
    add_calls(rows, "A", 2, **sales, queue_wait_seconds=40, queue_outcome="OVERFLOWED")
    add_calls(rows, "A", 1, **sales, queue_wait_seconds=7)
    add_calls(rows, "A", 1, features=["VOICEMAIL", "CALL_PARK"])
    add_calls(rows, "B", 1, **sales, queue_wait_seconds=20, queue_outcome="ABANDONED")
    add_calls(rows, "B", 1, **sales, queue_wait_seconds=None, queue_outcome="ABANDONED")
    add_calls(rows, "B", 2, features=["VOICEMAIL"])
    add_calls(rows, "C", 9, features=["VOICEMAIL", "CALL_QUEUE"])
    week_before = NOON - timedelta(weeks=1)
    add_calls(rows, "B", 3, features=["VOICEMAIL"], started_at=week_before)
    add_calls(rows, "D", 5, **sales, queue_wait_seconds=1, queue_outcome="ANSWERED", started_at=week_before)
    return rows


def test_queue_figures_are_over_calls(with_queues: Rows) -> None:
    assert calling.queue_trend(with_queues, "ABCD", TODAY, 2) == [
        {
            "week": {"start": "2024-04-28", "end": "2024-05-04"},
            "calls": 5,
            "answered": 5,
            "overflowed": 0,
            "abandoned": 0,
            "averageAnswerSeconds": 1.0,
            "averageWaitBeforeAbandonmentSeconds": None,
            "abandonedRate": 0.0,
        },
        {
            "week": {"start": "2024-05-05", "end": "2024-05-11"},
            "calls": 6,
            "answered": 1,
            "overflowed": 2,
            "abandoned": 2,
            "averageAnswerSeconds": 30.0,
            "averageWaitBeforeAbandonmentSeconds": 20.0,
            "abandonedRate": 2 / 6,
        },
    ]
    assert calling.queue_figures(with_queues, "C", WEEK)["abandonedRate"] is None


def test_features_are_those_of_customers_with_queues(with_queues: Rows) -> None:
    usage = calling.feature_usage(with_queues, "ABCD", TODAY)

    assert [row["feature"] for row in usage] == calling.FEATURES
    assert {row["feature"]: (row["calls"], row["customers"], row["callsChange"]) for row in usage} == {
        **dict.fromkeys(calling.FEATURES, (0, 0, 0)),
        "CALL_QUEUE": (6, 2, 1),
        "VOICEMAIL": (3, 2, 3),
        "CALL_PARK": (1, 1, 1),
    }


def test_queues_by_customer(with_queues: Rows) -> None:
    found = calling.queues_by_customer(with_queues, "ABCD", TODAY)

    assert [(row["customer"]["customerId"], row["figures"]["calls"]) for row in found] == [("A", 4), ("B", 2)]
    assert found[1]["featureCalls"][7] == {
        "feature": "VOICEMAIL",
        "calls": 2,
        "customers": 1,
        "callsChange": 2,
    }
    for direction in ["ASC", "DESC"]:
        ordered = calling.order_by_customer(found, "AVERAGE_ANSWER", direction)
        assert [row["customer"]["customerId"] for row in ordered] == ["A", "B"]


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
