"""The weeks of calls, and whom each covers."""

from collections.abc import Iterable
from datetime import date, timedelta

from tests.oracle.book import Book, Data, Row, as_book, sunday_of
from tests.oracle.licenses import lines_in_force


def latest_completed_week(on: date) -> date:
    """The Sunday that begins the newest week that ended on or before the day's beginning."""
    return sunday_of(on) - timedelta(weeks=1)


def weeks(on: date, count: int = 8) -> list[date]:
    """The Sundays of the weeks that end with the latest completed one, oldest first."""
    latest = latest_completed_week(on)
    return [latest - timedelta(weeks=back) for back in range(count - 1, -1, -1)]


def week_fields(week: date) -> dict[str, str]:
    return {"start": week.isoformat(), "end": last_day(week).isoformat()}


def last_day(week: date) -> date:
    return week + timedelta(days=6)


def week_before(week: date) -> date:
    return week - timedelta(weeks=1)


def covered_customers(data: Data, visible: Iterable[str], week: date) -> list[str]:
    """Those with a Calling line in force on the week's Saturday, by customer ID."""
    book = as_book(data)
    return sorted(id_ for id_ in visible if lines_in_force(book, id_, last_day(week), ["CALLING"]))


def queue_customers(data: Data, visible: Iterable[str], week: date) -> list[str]:
    """Those of them that have call queues: a call of theirs in the week carries one."""
    book = as_book(data)
    return [
        id_
        for id_ in covered_customers(book, visible, week)
        if any(call["queue"] is not None for call in calls_of(book, id_, week))
    ]


def calls_of(book: Book, customer_id: str, week: date) -> list[Row]:
    return book.calls_of.get((customer_id, week), [])


def customer_of(book: Book, customer_id: str) -> dict[str, str]:
    return {"customerId": customer_id, "name": book.customers[customer_id]["name"]}
