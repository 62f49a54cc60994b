"""The oracle's call queues and advanced features, on rows made by hand."""

from datetime import timedelta
from typing import Any

import pytest

from tests.oracle import Rows, calling
from tests.oracle_calls import NOON, WEEK, add_calls, add_customer
from tests.oracle_rows import TODAY


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
