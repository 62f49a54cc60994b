"""The rows of one partner, grouped so that what belongs together is found without searching.

Every function of the oracle takes `Data`: either the rows as they are, which are then grouped for that
one call, or a `Book` made once by the caller for many calls. A book does not see later changes of the rows.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

Row = dict[str, Any]
Rows = dict[str, list[Row]]
EntitlementKey = tuple[str, str]  # ("subscription" or "trial", its id)
LineKey = tuple[str, str, str]  # the same, and the product


class Book:
    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.customers: dict[str, Row] = {row["customer_id"]: row for row in rows.get("customers", [])}
        self.subscriptions: dict[str, Row] = {
            row["subscription_id"]: row for row in rows.get("subscriptions", [])
        }
        self.trials: dict[str, Row] = {row["trial_id"]: row for row in rows.get("trials", [])}

        self.subscriptions_of: dict[str, list[Row]] = {customer_id: [] for customer_id in self.customers}
        for row in rows.get("subscriptions", []):
            self.subscriptions_of[row["customer_id"]].append(row)

        self.trials_of: dict[str, list[Row]] = {customer_id: [] for customer_id in self.customers}
        for row in rows.get("trials", []):
            self.trials_of[row["customer_id"]].append(row)

        self.lines_of: dict[EntitlementKey, list[Row]] = {}
        for row in rows.get("licenses", []):
            self.lines_of.setdefault(entitlement_key(row), []).append(row)

        self.snapshots_of: dict[LineKey, list[Row]] = {}
        for row in rows.get("license_usage", []):
            self.snapshots_of.setdefault(line_key(row), []).append(row)

        self.tags_of: dict[str, list[str]] = {}
        for row in rows.get("customer_tags", []):
            self.tags_of.setdefault(row["customer_id"], []).append(row["tag"])

        self.admins_of: dict[str, list[str]] = {}
        for row in rows.get("admin_assignments", []):
            self.admins_of.setdefault(row["customer_id"], []).append(row["email"])

        self.calls_of: dict[tuple[str, date], list[Row]] = {}  # by customer and the week's Sunday
        for row in rows.get("calls", []):
            key = (row["customer_id"], sunday_of(utc_date(row["started_at"])))
            self.calls_of.setdefault(key, []).append(row)


Data = Rows | Book


def as_book(data: Data) -> Book:
    return data if isinstance(data, Book) else Book(data)


def entitlement_key(row: Row) -> EntitlementKey:
    """Which entitlement a subscription, a trial, a license line or a usage snapshot belongs to."""
    if row.get("subscription_id") is not None:
        return ("subscription", row["subscription_id"])
    return ("trial", row["trial_id"])


def line_key(row: Row) -> LineKey:
    kind, identifier = entitlement_key(row)
    return (kind, identifier, row["product"])


def utc_date(moment: datetime) -> date:
    """The day of a moment in UTC; a time without a zone is UTC."""
    return moment.date() if moment.tzinfo is None else moment.astimezone(UTC).date()


def sunday_of(day: date) -> date:
    """The Sunday that begins the week of a day."""
    return day - timedelta(days=day.isoweekday() % 7)
