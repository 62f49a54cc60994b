"""Calling analytics, by week: usage, quality, advanced features and call queues.

Figures of a week cover the visible customers with a Calling line in force on that week's last day, so a
change from the week before is one from that week's own figures: zero for whom it did not cover.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from tests.oracle import policy
from tests.oracle.book import Book, Data, Row, as_book, sunday_of
from tests.oracle.licenses import customer_licenses, lines_in_force
from tests.oracle.ordering import ordered

ENDPOINT_TYPES = ["WXC_CLIENT", "WXC_DEVICE", "WXC_THIRD_PARTY", "TEAMS_WXC_CLIENT", "WXC_SIP_GW", "SIP"]
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


# ---- weeks and whom they cover ---------------------------------------------------------------------


def latest_completed_week(on: date) -> date:
    """The Sunday that begins the newest week that ended on or before the day's beginning."""
    return sunday_of(on) - timedelta(weeks=1)


def weeks(on: date, count: int = 8) -> list[date]:
    """The Sundays of the weeks that end with the latest completed one, oldest first."""
    latest = latest_completed_week(on)
    return [latest - timedelta(weeks=back) for back in range(count - 1, -1, -1)]


def week_fields(week: date) -> dict[str, str]:
    return {"start": week.isoformat(), "end": _last_day(week).isoformat()}


def _last_day(week: date) -> date:
    return week + timedelta(days=6)


def _week_before(week: date) -> date:
    return week - timedelta(weeks=1)


def covered_customers(data: Data, visible: Iterable[str], week: date) -> list[str]:
    """Those with a Calling line in force on the week's Saturday, by customer ID."""
    book = as_book(data)
    return sorted(id_ for id_ in visible if lines_in_force(book, id_, _last_day(week), ["CALLING"]))


def queue_customers(data: Data, visible: Iterable[str], week: date) -> list[str]:
    """Those of them that have call queues: a call of theirs in the week carries one."""
    book = as_book(data)
    return [
        id_
        for id_ in covered_customers(book, visible, week)
        if any(call["queue"] is not None for call in _calls(book, id_, week))
    ]


def _calls(book: Book, customer_id: str, week: date) -> list[Row]:
    return book.calls_of.get((customer_id, week), [])


def _customer(book: Book, customer_id: str) -> dict[str, str]:
    return {"customerId": customer_id, "name": book.customers[customer_id]["name"]}


# ---- usage -----------------------------------------------------------------------------------------


def usage_figures(data: Data, visible: Iterable[str], week: date) -> dict[str, Any]:
    book = as_book(data)
    licensed_users = active_users = calls = seconds = 0
    users = dict.fromkeys(["NONE", "LOW", "MEDIUM", "HIGH"], 0)
    for customer_id in covered_customers(book, visible, week):
        customer_calls = _calls(book, customer_id, week)
        licensed: int = customer_licenses(book, customer_id, "CALLING", _last_day(week))["assigned"]
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
        before = usage_figures(book, [customer_id], _week_before(week))
        found.append(
            {
                "customer": _customer(book, customer_id),
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
        for call in _calls(book, customer_id, week)
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
        before = quality_figures(book, [customer_id], _week_before(week))
        both = now["poorRate"] is not None and before["poorRate"] is not None
        found.append(
            {
                "customer": _customer(book, customer_id),
                "figures": now,
                "poorRateChange": now["poorRate"] - before["poorRate"] if both else None,
            }
        )
    return found


# ---- advanced features -----------------------------------------------------------------------------


def feature_usage(data: Data, visible: Iterable[str], on: date) -> list[dict[str, Any]]:
    """A FeatureUsage for every feature in the order of the schema's enum, unused ones as zeros."""
    book, ids = as_book(data), list(visible)
    week = latest_completed_week(on)
    now = _feature_calls(book, ids, week)
    before = _feature_calls(book, ids, _week_before(week))
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
        for call in _calls(book, customer_id, week):
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
        for call in _calls(book, customer_id, week)
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
            "customer": _customer(book, customer_id),
            "figures": queue_figures(book, [customer_id], week),
            "featureCalls": feature_usage(book, [customer_id], on),
        }
        for customer_id in queue_customers(book, visible, week)
    ]


# ---- one customer, and orders ----------------------------------------------------------------------


def customer_calling(data: Data, customer_id: str, on: date) -> dict[str, Any]:
    """`Customer.calling`: figures of the latest completed week; zeros where it does not cover the customer."""
    book = as_book(data)
    week = latest_completed_week(on)
    return {
        "week": week_fields(week),
        "usage": usage_figures(book, [customer_id], week),
        "quality": quality_figures(book, [customer_id], week),
        "queues": queue_figures(book, [customer_id], week),
    }


_FIGURES = {
    "CALLS": "calls",
    "ACTIVE_USERS": "activeUsers",
    "POOR": "poor",
    "POOR_RATE": "poorRate",
    "ABANDONED_RATE": "abandonedRate",
    "AVERAGE_ANSWER": "averageAnswerSeconds",
}


def order_by_customer(
    rows: Iterable[dict[str, Any]], field: str, direction: str = "ASC"
) -> list[dict[str, Any]]:
    """The rows of any of the three tables by a field of their order; ties by customer name, then ID."""

    def value(row: dict[str, Any]) -> Any:
        if field == "CUSTOMER_NAME":
            return row["customer"]["name"]
        if field == "CALLS_CHANGE":
            return row["callsChange"]
        return row["figures"][_FIGURES[field]]

    return ordered(
        rows, value, direction, ties=lambda row: (row["customer"]["name"], row["customer"]["customerId"])
    )
