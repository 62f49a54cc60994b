"""Usage and quality: figures of a week over all calls of the customers that it covers."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from tests.oracle import policy
from tests.oracle.book import Data, Row, as_book
from tests.oracle.calling.covered_weeks import (
    calls_of,
    covered_customers,
    customer_of,
    last_day,
    latest_completed_week,
    week_before,
    week_fields,
    weeks,
)
from tests.oracle.licenses import customer_licenses

ENDPOINT_TYPES = ["WXC_CLIENT", "WXC_DEVICE", "WXC_THIRD_PARTY", "TEAMS_WXC_CLIENT", "WXC_SIP_GW", "SIP"]


# ---- usage -----------------------------------------------------------------------------------------


def usage_figures(data: Data, visible: Iterable[str], week: date) -> dict[str, Any]:
    book = as_book(data)
    licensed_users = active_users = calls = seconds = 0
    users = dict.fromkeys(["NONE", "LOW", "MEDIUM", "HIGH"], 0)
    for customer_id in covered_customers(book, visible, week):
        customer_calls = calls_of(book, customer_id, week)
        licensed: int = customer_licenses(book, customer_id, "CALLING", last_day(week))["assigned"]
        calls_of_users = Counter(call["user_id"] for call in customer_calls)
        for count in calls_of_users.values():
            users[_volume(count)] += 1
        users["NONE"] += max(licensed - len(calls_of_users), 0)
        licensed_users += licensed
        active_users += len(calls_of_users)
        calls += len(customer_calls)
        seconds += sum(call["duration_seconds"] for call in customer_calls)
    return {
        "week": week_fields(week),
        "licensedUsers": licensed_users,
        "activeUsers": active_users,
        "usersByVolume": [{"volume": volume, "users": count} for volume, count in users.items()],
        "calls": calls,
        "minutes": seconds / 60,
    }


def _volume(calls: int) -> str:
    if calls <= policy.LOW_VOLUME_LIMIT:
        return "LOW"
    return "MEDIUM" if calls <= policy.MEDIUM_VOLUME_LIMIT else "HIGH"


def usage_trend(data: Data, visible: Iterable[str], on: date, count: int = 8) -> list[dict[str, Any]]:
    book, ids = as_book(data), list(visible)
    return [usage_figures(book, ids, week) for week in weeks(on, count)]


def usage_by_customer(data: Data, visible: Iterable[str], on: date) -> list[dict[str, Any]]:
    """A CustomerCallingUsage for each covered customer, by customer ID."""
    book = as_book(data)
    week = latest_completed_week(on)
    found = []
    for customer_id in covered_customers(book, visible, week):
        now = usage_figures(book, [customer_id], week)
        before = usage_figures(book, [customer_id], week_before(week))
        found.append(
            {
                "customer": customer_of(book, customer_id),
                "figures": now,
                "activeUsersChange": now["activeUsers"] - before["activeUsers"],
                "callsChange": now["calls"] - before["calls"],
            }
        )
    return found


# ---- quality ---------------------------------------------------------------------------------------


def call_quality(call: Row) -> str | None:
    """GOOD, POOR or UNKNOWN of an answered call; none of one that nobody answered.

    A call has media metrics when it has all three.
    """
    if call["outcome"] != "ANSWERED":
        return None
    metrics = (call["packet_loss_percent"], call["latency_ms"], call["jitter_ms"])
    if None in metrics:
        return "UNKNOWN"
    good = (
        call["packet_loss_percent"] < policy.GOOD_PACKET_LOSS_PERCENT
        and call["latency_ms"] < policy.GOOD_LATENCY_MS
        and call["jitter_ms"] < policy.GOOD_JITTER_MS
    )
    return "GOOD" if good else "POOR"


def quality_figures(
    data: Data, visible: Iterable[str], week: date, endpoint_type: str | None = None
) -> dict[str, Any]:
    """Over all calls, those without an endpoint type too, or over those of one endpoint type."""
    book = as_book(data)
    counts = Counter(
        call_quality(call)
        for customer_id in covered_customers(book, visible, week)
        for call in calls_of(book, customer_id, week)
        if endpoint_type is None or call["endpoint_type"] == endpoint_type
    )
    good, poor = counts["GOOD"], counts["POOR"]
    return {
        "week": week_fields(week),
        "good": good,
        "poor": poor,
        "unknown": counts["UNKNOWN"],
        "poorRate": poor / (good + poor) if good + poor else None,
    }


def quality_trend(data: Data, visible: Iterable[str], on: date, count: int = 8) -> list[dict[str, Any]]:
    book, ids = as_book(data), list(visible)
    return [quality_figures(book, ids, week) for week in weeks(on, count)]


def quality_by_endpoint_type(data: Data, visible: Iterable[str], on: date) -> list[dict[str, Any]]:
    """Every endpoint type in the order of the schema's enum, unused ones as zeros."""
    book, ids = as_book(data), list(visible)
    week = latest_completed_week(on)
    return [
        {"endpointType": each, "figures": quality_figures(book, ids, week, each)} for each in ENDPOINT_TYPES
    ]


def quality_by_customer(data: Data, visible: Iterable[str], on: date) -> list[dict[str, Any]]:
    """A CustomerCallQuality for each covered customer, by customer ID."""
    book = as_book(data)
    week = latest_completed_week(on)
    found = []
    for customer_id in covered_customers(book, visible, week):
        now = quality_figures(book, [customer_id], week)
        before = quality_figures(book, [customer_id], week_before(week))
        both = now["poorRate"] is not None and before["poorRate"] is not None
        found.append(
            {
                "customer": customer_of(book, customer_id),
                "figures": now,
                "poorRateChange": now["poorRate"] - before["poorRate"] if both else None,
            }
        )
    return found
