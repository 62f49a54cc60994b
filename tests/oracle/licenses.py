"""License lines: their state on a day, sums over lines, and how they came about over time."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from tests.oracle.book import Book, Data, Row, as_book, entitlement_key, line_key, sunday_of
from tests.oracle.entitlements import entitlement_of, entitlements_of, in_force


def newest_snapshot(data: Data, line: Row, on: date) -> Row | None:
    """The line's newest usage snapshot dated on or before the day."""
    book = as_book(data)
    newest: Row | None = None
    for snapshot in book.snapshots_of.get(line_key(line), []):
        if snapshot["date"] <= on and (newest is None or snapshot["date"] > newest["date"]):
            newest = snapshot
    return newest


def license_state(data: Data, line: Row, on: date) -> dict[str, Any]:
    """The LicenseState of one line, as the API answers it. It does not ask whether the line is in force."""
    return sum_state(data, [line], on)


def sum_state(data: Data, lines: Iterable[Row], on: date) -> dict[str, Any]:
    """The LicenseState over lines: every count is summed, then the sums are divided.

    `available` and `overage` are sums of each line's own: what one line lacks, another's rest does not cover.
    """
    book = as_book(data)
    total = assigned = used = available = overage = used_last_90_days = 0
    assignment_change: int | None = None
    usage_change: int | None = None
    for line in lines:
        now = newest_snapshot(book, line, on)
        line_assigned = now["assigned"] if now else 0
        line_used = now["used"] if now else 0
        total += line["quantity"]
        assigned += line_assigned
        used += line_used
        used_last_90_days += now["used_last_90_days"] if now else 0
        available += max(line["quantity"] - line_assigned, 0)
        overage += max(line_assigned - line["quantity"], 0)
        before = newest_snapshot(book, line, on - timedelta(days=7))
        if before is not None:
            assignment_change = (assignment_change or 0) + line_assigned - before["assigned"]
            usage_change = (usage_change or 0) + line_used - before["used"]
    return {
        "asOf": on.isoformat(),
        "total": total,
        "assigned": assigned,
        "used": used,
        "available": available,
        "overage": overage,
        "usedLast90Days": used_last_90_days,
        "assignmentRate": rate(assigned, total),
        "usageRate": rate(used, total),
        "usageOfAssignedRate": rate(used, assigned),
        "assignmentChange": assignment_change,
        "usageChange": usage_change,
    }


def rate(part: int, whole: int) -> float | None:
    return None if whole == 0 else part / whole


def customer_lines(data: Data, customer_id: str, products: Iterable[str] | None = None) -> list[Row]:
    """The customer's license lines (of some products), in force or not."""
    book = as_book(data)
    wanted = None if products is None else set(products)
    return [
        line
        for entitlement in entitlements_of(book, customer_id)
        for line in book.lines_of.get(entitlement_key(entitlement), [])
        if wanted is None or line["product"] in wanted
    ]


def line_in_force(data: Data, line: Row, on: date) -> bool:
    return in_force(entitlement_of(data, line), on)


def lines_in_force(
    data: Data, customer_id: str, on: date, products: Iterable[str] | None = None
) -> list[Row]:
    book = as_book(data)
    return [line for line in customer_lines(book, customer_id, products) if line_in_force(book, line, on)]


def customer_licenses(data: Data, customer_id: str, product: str | None, on: date) -> dict[str, Any]:
    """`Customer.licenses`: the LicenseState over the lines in force, of one product or of all."""
    book = as_book(data)
    products = None if product is None else [product]
    return sum_state(book, lines_in_force(book, customer_id, on, products), on)


def buckets(interval: str, last: int, on: date) -> list[tuple[date, date]]:
    """The first and the last day of each bucket, oldest first. The newest holds the day and ends on it."""
    first = _bucket_start(interval, on)
    found = [(first, on)]
    while len(found) < last:
        end = first - timedelta(days=1)
        first = _bucket_start(interval, end)
        found.append((first, end))
    return list(reversed(found))


def _bucket_start(interval: str, day: date) -> date:
    if interval == "DAY":
        return day
    if interval == "WEEK":
        return sunday_of(day)
    if interval == "MONTH":
        return day.replace(day=1)
    raise ValueError(interval)


def trend(
    data: Data, lines: Iterable[Row], interval: str = "WEEK", last: int = 13, *, on: date
) -> list[dict[str, Any]]:
    """LicenseDistributionPoints: of each bucket, the lines in force on its last day, as they were then."""
    book = as_book(data)
    all_lines = list(lines)
    return [_point(book, all_lines, start, end) for start, end in buckets(interval, last, on)]


def _point(book: Book, lines: list[Row], start: date, end: date) -> dict[str, Any]:
    state = sum_state(book, [line for line in lines if line_in_force(book, line, end)], end)
    return {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "total": state["total"],
        "assigned": state["assigned"],
        "used": state["used"],
    }


def customer_license_trend(
    data: Data, customer_id: str, product: str | None, interval: str = "WEEK", last: int = 13, *, on: date
) -> list[dict[str, Any]]:
    """`Customer.licenseTrend`."""
    book = as_book(data)
    products = None if product is None else [product]
    return trend(book, customer_lines(book, customer_id, products), interval, last, on=on)
