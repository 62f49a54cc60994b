"""The overview's KPIs, the sections with their tables, and the distribution trend: which lines each is about."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from tests.oracle.analytics.peers import low_customers, products_of
from tests.oracle.analytics.rows import license_rows
from tests.oracle.book import Book, Data, Row, as_book, entitlement_key
from tests.oracle.entitlements import (
    days_until_expiration,
    days_until_renewal,
    entitlement_of,
    entitlements_of,
)
from tests.oracle.licenses import customer_lines, license_state, lines_in_force, sum_state, trend

# ---- which lines -----------------------------------------------------------------------------------


def _lines(book: Book, visible: Iterable[str], product: str | None, on: date) -> list[Row]:
    """The "lines" of the domain: license lines of the product on entitlements in force."""
    return [line for id_ in visible for line in lines_in_force(book, id_, on, products_of(product))]


def _customers(book: Book, lines: Iterable[Row]) -> set[str]:
    return {entitlement_of(book, line)["customer_id"] for line in lines}


def _added_within(book: Book, line: Row, on: date, days: int) -> bool:
    added_on: date = entitlement_of(book, line)["added_on"]
    return 0 <= (on - added_on).days <= days


def _expires_within(book: Book, line: Row, on: date, days: int) -> bool:
    """On a trial, or on a subscription that does not auto-renew."""
    left = days_until_expiration(entitlement_of(book, line), on)
    return left is not None and 0 <= left <= days


def _renews_within(book: Book, line: Row, on: date, days: int) -> bool:
    left = days_until_renewal(entitlement_of(book, line), on)
    return left is not None and 0 <= left <= days


def _is_over(book: Book, line: Row, on: date) -> bool:
    return bool(license_state(book, line, on)["overage"] > 0)


# ---- the overview ----------------------------------------------------------------------------------


def overview(
    data: Data, visible: Collection[str], product: str | None, on: date, days: int = 90
) -> dict[str, int]:
    """The OverviewKpis."""
    book = as_book(data)
    lines = _lines(book, visible, product, on)
    return {
        "totalCustomers": sum(1 for id_ in visible if _ever_had(book, id_, product, on)),
        "nearingExpiration": len(_customers(book, [x for x in lines if _expires_within(book, x, on, days)])),
        "nearingRenewal": len(_customers(book, [x for x in lines if _renews_within(book, x, on, days)])),
        "lowLicenseAssignment": len(low_customers(book, visible, product, on)),
        "overLicenseLimit": len(_customers(book, [x for x in lines if _is_over(book, x, on)])),
    }


def _ever_had(book: Book, customer_id: str, product: str | None, on: date) -> bool:
    """A line of the product on any entitlement that has started: expired, cancelled or what it may be."""
    return any(
        line["product"] in products_of(product)
        for entitlement in entitlements_of(book, customer_id)
        if entitlement["start_date"] <= on
        for line in book.lines_of.get(entitlement_key(entitlement), [])
    )


# ---- the sections ----------------------------------------------------------------------------------


def recently_added(
    data: Data, visible: Iterable[str], product: str | None, on: date, days: int = 90
) -> dict[str, Any]:
    book = as_book(data)
    lines = [x for x in _lines(book, visible, product, on) if _added_within(book, x, on, days)]
    return {
        "newCustomers": len(_customers(book, lines)),
        "totalLicenses": sum_state(book, lines, on)["total"],
        "rows": license_rows(book, lines, on),
    }


def expiring(
    data: Data, visible: Iterable[str], product: str | None, on: date, days: int = 90
) -> dict[str, Any]:
    book = as_book(data)
    lines = [x for x in _lines(book, visible, product, on) if _expires_within(book, x, on, days)]
    return _customers_and_rates(book, lines, on)


def renewing(
    data: Data, visible: Iterable[str], product: str | None, on: date, days: int = 90
) -> dict[str, Any]:
    book = as_book(data)
    lines = [x for x in _lines(book, visible, product, on) if _renews_within(book, x, on, days)]
    return _customers_and_rates(book, lines, on)


def _customers_and_rates(book: Book, lines: list[Row], on: date) -> dict[str, Any]:
    state = sum_state(book, lines, on)
    return {
        "customers": len(_customers(book, lines)),
        "assignmentRate": state["assignmentRate"],
        "usageRate": state["usageRate"],
        "rows": license_rows(book, lines, on),
    }


def low_assignment(data: Data, visible: Iterable[str], product: str | None, on: date) -> dict[str, Any]:
    """Over all lines in force, of each product, of the customers that are low for it."""
    book = as_book(data)
    lines = [
        line
        for each in products_of(product)
        for line in _lines(book, sorted(low_customers(book, visible, each, on)), each, on)
    ]
    state = sum_state(book, lines, on)
    return {
        "customers": len(_customers(book, lines)),
        "assignmentRate": state["assignmentRate"],
        "usageOfAssignedRate": state["usageOfAssignedRate"],
        "usageRate": state["usageRate"],
        "unassignedLicenses": state["available"],
        "rows": license_rows(book, lines, on),
    }


def overage(data: Data, visible: Iterable[str], product: str | None, on: date) -> dict[str, Any]:
    book = as_book(data)
    lines = [x for x in _lines(book, visible, product, on) if _is_over(book, x, on)]
    customers = len(_customers(book, lines))
    too_many: int = sum_state(book, lines, on)["overage"]
    return {
        "customers": customers,
        "licensesInOverage": too_many,
        "averageOverage": too_many / customers if customers else None,
        "rows": license_rows(book, lines, on),
    }


def distribution_trend(
    data: Data,
    visible: Iterable[str],
    product: str | None,
    on: date,
    interval: str = "WEEK",
    last: int = 26,
) -> list[dict[str, Any]]:
    book = as_book(data)
    lines = [line for id_ in visible for line in customer_lines(book, id_, products_of(product))]
    return trend(book, lines, interval, last, on=on)
