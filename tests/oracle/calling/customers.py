"""One customer's figures, and the orders of tables by customer."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from tests.oracle.book import Data, as_book
from tests.oracle.calling.calls import quality_figures, usage_figures
from tests.oracle.calling.covered_weeks import latest_completed_week, week_fields
from tests.oracle.calling.queues import queue_figures
from tests.oracle.ordering import ordered


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
