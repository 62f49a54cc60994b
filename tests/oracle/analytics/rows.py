"""The rows of the sections' tables, and their orders."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from tests.oracle.analytics.peers import peer_medians
from tests.oracle.book import Data, Row, as_book, entitlement_key
from tests.oracle.entitlements import (
    auto_renews,
    days_until_expiration,
    days_until_renewal,
    display_id,
    entitlement_of,
    is_trial,
)
from tests.oracle.licenses import license_state
from tests.oracle.ordering import ordered


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
