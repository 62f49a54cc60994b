"""The oracle's quality of calls, on rows made by hand: of each call, and of weeks, endpoint types and customers."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.oracle import Row, Rows, calling
from tests.oracle_calls import NOON, WEEK, add_calls, add_customer
from tests.oracle_rows import TODAY


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
