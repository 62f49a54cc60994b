"""License analytics: the overview's KPIs, the sections with their tables, and the distribution trend.

`visible` is the set of customers that the viewer sees (and that a filter leaves); the peers of low license
assignment are all customers in the rows, whoever looks. `product` is MEETINGS, CALLING, or none for both.
"""

import statistics
from collections.abc import Collection, Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from tests.oracle import policy
from tests.oracle.book import Book, Data, Row, as_book, entitlement_key
from tests.oracle.entitlements import (
    auto_renews,
    days_until_expiration,
    days_until_renewal,
    display_id,
    entitlement_of,
    entitlements_of,
    is_trial,
)
from tests.oracle.licenses import customer_lines, license_state, lines_in_force, sum_state, trend
from tests.oracle.ordering import ordered


def _products(product: str | None) -> list[str]:
    return policy.ANALYTICS_PRODUCTS if product is None else [product]


def _lines(book: Book, visible: Iterable[str], product: str | None, on: date) -> list[Row]:
    """The "lines" of the domain: license lines of the product on entitlements in force."""
    return [line for id_ in visible for line in lines_in_force(book, id_, on, _products(product))]


def _customers(book: Book, lines: Iterable[Row]) -> set[str]:
    return {entitlement_of(book, line)["customer_id"] for line in lines}


# ---- which lines -----------------------------------------------------------------------------------


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


# ---- low license assignment ------------------------------------------------------------------------


def assignment_rates(data: Data, product: str, on: date) -> dict[str, tuple[int, Fraction]]:
    """Of each customer with licenses of the product: how many, and the exact share that is assigned."""
    book = as_book(data)
    found = {}
    for customer_id in book.customers:
        state = sum_state(book, lines_in_force(book, customer_id, on, [product]), on)
        if state["total"] > 0:
            found[customer_id] = (state["total"], Fraction(state["assigned"], state["total"]))
    return found


def size_band(total: int) -> int:
    """The lowest number of licenses of the band that a number of licenses is in."""
    return max(edge for edge in policy.SIZE_BANDS if edge <= total)


def peer_medians(data: Data, product: str, on: date) -> dict[str, Fraction]:
    """Of each customer with licenses of the product: the median rate of its peers, itself included."""
    rates = assignment_rates(data, product, on)
    everyone = [rate for _, rate in rates.values()]
    bands: dict[int, list[Fraction]] = {edge: [] for edge in policy.SIZE_BANDS}
    for total, rate in rates.values():
        bands[size_band(total)].append(rate)
    medians = {
        edge: statistics.median(band if len(band) >= policy.MINIMUM_PEERS else everyone)
        for edge, band in bands.items()
        if band
    }
    return {customer_id: medians[size_band(total)] for customer_id, (total, _) in rates.items()}


def low_customers(data: Data, visible: Iterable[str], product: str | None, on: date) -> set[str]:
    """The visible customers that are low; of both products: low for either."""
    book = as_book(data)
    found = set()
    for each in _products(product):
        rates = assignment_rates(book, each, on)
        medians = peer_medians(book, each, on)
        for customer_id in set(visible) & rates.keys():
            if rates[customer_id][1] < policy.LOW_SHARE_OF_MEDIAN * medians[customer_id]:
                found.add(customer_id)
    return found


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
        line["product"] in _products(product)
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
        for each in _products(product)
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
    lines = [line for id_ in visible for line in customer_lines(book, id_, _products(product))]
    return trend(book, lines, interval, last, on=on)


# ---- the tables ------------------------------------------------------------------------------------


def license_rows(data: Data, lines: Iterable[Row], on: date) -> list[dict[str, Any]]:
    """A LicenseRow a line. `entitlement` holds the ID alone, by the name it has for its kind."""
    book = as_book(data)
    rows = []
    medians: dict[str, dict[str, Fraction]] = {}
    for line in lines:
        entitlement = entitlement_of(book, line)
        customer = book.customers[entitlement["customer_id"]]
        product = line["product"]
        if product not in medians:
            medians[product] = peer_medians(book, product, on)
        median = medians[product].get(customer["customer_id"])
        kind, identifier = entitlement_key(line)
        rows.append(
            {
                "customer": {"customerId": customer["customer_id"], "name": customer["name"]},
                "entitlement": {f"{kind}Id": identifier},
                "displayId": display_id(entitlement),
                "product": product,
                "state": license_state(book, line, on),
                "daysSinceAdded": (on - entitlement["added_on"]).days,
                "monthsSinceAdded": whole_months(entitlement["added_on"], on),
                "daysUntilExpiration": days_until_expiration(entitlement, on),
                "daysUntilRenewal": days_until_renewal(entitlement, on),
                "monthsRemaining": whole_months(on, entitlement["end_date"]),
                "autoRenew": auto_renews(entitlement),
                "peerMedianAssignmentRate": None if median is None else float(median),
            }
        )
    return rows


def whole_months(start: date, end: date) -> int:
    """Whole calendar months from one day to another: a month is whole on the same day of the next one.

    From the 31st that day is the first of the month after where a month is shorter. Lines in tables are in
    force, so the end is never past; a negative span (added after the day) rounds down too.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months


def order_license_rows(
    data: Data, rows: Iterable[dict[str, Any]], field: str, direction: str = "ASC"
) -> list[dict[str, Any]]:
    """By a LicenseRowOrderField; ties by customer name and ID, then the entitlement's ID and the product."""
    book = as_book(data)

    def entitlement(row: dict[str, Any]) -> Row:
        found = row["entitlement"]
        if "subscriptionId" in found:
            return book.subscriptions[found["subscriptionId"]]
        return book.trials[found["trialId"]]

    def value(row: dict[str, Any]) -> Any:
        if field == "CUSTOMER_NAME":
            return row["customer"]["name"]
        if field in ("ADDED_ON", "END_DATE"):
            return entitlement(row)[field.lower()]
        names = {
            "TOTAL": "total",
            "ASSIGNED": "assigned",
            "USED": "used",
            "ASSIGNMENT_RATE": "assignmentRate",
            "OVERAGE": "overage",
        }
        return row["state"][names[field]]

    def ties(row: dict[str, Any]) -> tuple[Any, ...]:
        of = entitlement(row)
        identifier = of["trial_id"] if is_trial(of) else of["subscription_id"]
        return (row["customer"]["name"], row["customer"]["customerId"], identifier, row["product"])

    return ordered(rows, value, direction, ties)
