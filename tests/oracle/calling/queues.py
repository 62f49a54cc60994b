"""Advanced features and call queues: figures of a week over the calls of customers with call queues."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from tests.oracle.book import Book, Data, Row, as_book
from tests.oracle.calling.covered_weeks import (
    calls_of,
    customer_of,
    latest_completed_week,
    queue_customers,
    week_before,
    week_fields,
    weeks,
)

FEATURES = [
    "CALL_QUEUE",
    "AUTO_ATTENDANT",
    "HUNT_GROUP",
    "CALL_PARK",
    "CALL_PICKUP",
    "CALL_FORWARD",
    "CALL_TRANSFER",
    "VOICEMAIL",
    "CALL_RECORDING",
    "PAGING_GROUP",
    "SINGLE_NUMBER_REACH",
]


# ---- advanced features -----------------------------------------------------------------------------


def feature_usage(data: Data, visible: Iterable[str], on: date) -> list[dict[str, Any]]:
    """A FeatureUsage for every feature in the order of the schema's enum, unused ones as zeros."""
    book, ids = as_book(data), list(visible)
    week = latest_completed_week(on)
    now = _feature_calls(book, ids, week)
    before = _feature_calls(book, ids, week_before(week))
    return [
        {
            "feature": feature,
            "calls": sum(now[feature].values()),
            "customers": len(now[feature]),
            "callsChange": sum(now[feature].values()) - sum(before[feature].values()),
        }
        for feature in FEATURES
    ]


def _feature_calls(book: Book, visible: list[str], week: date) -> dict[str, Counter[str]]:
    """Of each feature: the calls of each customer with call queues that used it."""
    found: dict[str, Counter[str]] = {feature: Counter() for feature in FEATURES}
    for customer_id in queue_customers(book, visible, week):
        for call in calls_of(book, customer_id, week):
            for feature in set(call["features"] or []):
                found[feature][customer_id] += 1
    return found


# ---- call queues -----------------------------------------------------------------------------------


def queue_figures(data: Data, visible: Iterable[str], week: date) -> dict[str, Any]:
    """Over queue calls: those that carry a queue. Means are over those of them whose wait is known."""
    book = as_book(data)
    calls = [
        call
        for customer_id in queue_customers(book, visible, week)
        for call in calls_of(book, customer_id, week)
        if call["queue"] is not None
    ]
    outcomes = Counter(call["queue_outcome"] for call in calls)
    return {
        "week": week_fields(week),
        "calls": len(calls),
        "answered": outcomes["ANSWERED"],
        "overflowed": outcomes["OVERFLOWED"],
        "abandoned": outcomes["ABANDONED"],
        "averageAnswerSeconds": _mean_wait(calls, ["ANSWERED", "OVERFLOWED"]),
        "averageWaitBeforeAbandonmentSeconds": _mean_wait(calls, ["ABANDONED"]),
        "abandonedRate": outcomes["ABANDONED"] / len(calls) if calls else None,
    }


def _mean_wait(calls: list[Row], outcomes: list[str]) -> float | None:
    waits = [
        call["queue_wait_seconds"]
        for call in calls
        if call["queue_outcome"] in outcomes and call["queue_wait_seconds"] is not None
    ]
    return sum(waits) / len(waits) if waits else None


def queue_trend(data: Data, visible: Iterable[str], on: date, count: int = 8) -> list[dict[str, Any]]:
    book, ids = as_book(data), list(visible)
    return [queue_figures(book, ids, week) for week in weeks(on, count)]


def queues_by_customer(data: Data, visible: Iterable[str], on: date) -> list[dict[str, Any]]:
    """A CustomerCallQueue for each customer with call queues, by customer ID."""
    book = as_book(data)
    week = latest_completed_week(on)
    return [
        {
            "customer": customer_of(book, customer_id),
            "figures": queue_figures(book, [customer_id], week),
            "featureCalls": feature_usage(book, [customer_id], on),
        }
        for customer_id in queue_customers(book, visible, week)
    ]
