"""Random rows to compare on, at every boundary of the domain.

One generator makes both kinds. It only ever picks from lists of values, the plainest first: `random_rows`
picks with a seeded generator, `rows_strategy` lets hypothesis pick, and so shrink towards the plainest.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from tests.oracle.book import Row, Rows, sunday_of
from tests.row_files import COLUMNS
from tests.row_values import (
    ADDED_DAYS_BEFORE_START,
    ADMINS,
    AMOUNTS,
    ASSIGNED,
    ASSIGNED_OVER,
    ASSIGNMENTS,
    CALL_MOMENTS,
    CALL_WEEKS,
    CALLS_IN_A_BURST,
    COUNTRIES,
    CURRENCIES,
    DURATIONS,
    END_DAYS,
    ENDPOINTS,
    FEATURE_SETS,
    ID_PREFIXES,
    INDUSTRIES,
    METRICS,
    MORE_BILLS,
    MORE_CALL_BURSTS,
    MORE_SUBSCRIPTIONS,
    MORE_TRIALS,
    NAMES,
    OUTCOMES,
    PRODUCT_SETS,
    QUANTITIES,
    QUEUES,
    SIGN_IN_DAYS_AGO,
    SIGN_IN_TIMES,
    SNAPSHOT_DAYS,
    START_DAYS,
    SUBSCRIPTION_STATUSES,
    SUSPENDED,
    TAG_SETS,
    TAGS,
    TRIAL_STATUSES,
    USED_SHARES,
    USERS,
)

T = TypeVar("T")


class Pick(Protocol):
    def __call__(self, options: Sequence[T], /) -> T: ...


def random_rows(seed: int, customers: int, today: date) -> Rows:
    """The same rows for the same arguments."""
    pick = random.Random(seed).choice
    rows = _rows_of_partner(today)
    for number in range(customers):
        _add_customer(pick, rows, number, today)
    return rows


def rows_strategy(today: date, most: int = 6) -> st.SearchStrategy[Rows]:
    """Small sets of rows, of 1 to `most` customers."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Rows:
        def pick(options: Sequence[T], /) -> T:
            return draw(st.sampled_from(options))

        rows = _rows_of_partner(today)
        for number in _repeat(pick, [False, True, True], most - 1):
            _add_customer(pick, rows, number, today)
        _add_customer(pick, rows, len(rows["customers"]), today)
        return rows

    return drawn()


def _repeat(pick: Pick, more: list[bool], most: int) -> Iterator[int]:
    """0, 1, 2 … for as long as the pick says that there is one more: hypothesis can leave out any of them."""
    number = 0
    while number < most and pick(more):
        yield number
        number += 1


def _rows_of_partner(today: date) -> Rows:
    """What does not hang on customers, the same every time; all other tables are empty."""
    rows: Rows = {table: [] for table in COLUMNS}
    for number, (email, (roles, active)) in enumerate(ADMINS.items()):
        rows["partner_admins"].append(
            {
                "email": email,
                "display_name": NAMES[number % len(NAMES)],
                "roles": roles,
                "active": active,
                "last_sign_in_at": _at(today, time(8, number)) if number % 3 else None,
            }
        )
    for name, description in TAGS.items():
        rows["tags"].append({"name": name, "description": description})
    for number, kind in enumerate(["GUIDE", "VIDEO", "TRAINING", "TOOL", "ANNOUNCEMENT"] * 2):
        rows["resources"].append(
            {
                "resource_id": f"R{number}",
                "title": f"{NAMES[number]} {kind.lower()}",
                "summary": f"About {NAMES[-number]}, and more",
                "url": f"https://resources.example/{number}",
                "kind": kind,
                "product": [None, "MEETINGS", "CALLING"][number % 3],
                "language": ["en", "de", "fr"][number % 3],
                "quick_link": number % 2 == 0,
                "trending": number % 4 == 0,
                "tags": [[], ["start"], ["start", "two words"]][number % 3],
            }
        )
    for number, service in enumerate(["Calling", "Meetings", "Billing"]):
        rows["help_desks"].append(
            {
                "name": f"{service} desk",
                "service": service,
                "email": [None, "help@desk.example"][number % 2],
                "phone": ["+1 555 0100", None][number % 2],
                "chat_url": ["https://desk.example/chat", None][number % 2],
                "hours": [None, "Mo–Fr 8–18 UTC"][number % 2],
            }
        )
    return rows


def _add_customer(pick: Pick, rows: Rows, number: int, today: date) -> None:
    customer_id = f"{ID_PREFIXES[number % len(ID_PREFIXES)]}{number:05}"
    days_ago = pick(SIGN_IN_DAYS_AGO)
    signed_in = None if days_ago is None else _at(today - timedelta(days=days_ago), pick(SIGN_IN_TIMES))
    rows["customers"].append(
        {
            "customer_id": customer_id,
            "name": pick(NAMES),
            "managed_by": pick(["EXTERNAL_ADMIN", "PARTNER_ORGANIZATION"]),
            "country": pick(COUNTRIES),
            "industry": pick(INDUSTRIES),
            "created_on": today - timedelta(days=pick([400, 0, 1, 90, 91, 400, 500])),
            "last_admin_sign_in_at": signed_in,
            "suspended": pick(SUSPENDED),
        }
    )
    for email in pick(ASSIGNMENTS):
        rows["admin_assignments"].append({"email": email, "customer_id": customer_id})
    for tag in pick(TAG_SETS):
        rows["customer_tags"].append({"customer_id": customer_id, "tag": tag})
    overage = pick([False, False, True])
    for index in _repeat(pick, MORE_SUBSCRIPTIONS, 3):
        _add_subscription(pick, rows, customer_id, f"Sub-{number:05}{'ab_'[index]}", today, overage)
    for index in _repeat(pick, MORE_TRIALS, 3):
        _add_trial(pick, rows, customer_id, f"Trial-{number:05}{'ab_'[index]}", today, overage)
    for index in _repeat(pick, MORE_CALL_BURSTS, 4):
        _add_calls(pick, rows, customer_id, f"{number:05}-{index}", today)


def _add_subscription(
    pick: Pick, rows: Rows, customer_id: str, subscription_id: str, today: date, overage: bool
) -> None:
    added_on, start, end = _dates(pick, today)
    rows["subscriptions"].append(
        {
            "subscription_id": subscription_id,
            "customer_id": customer_id,
            "status": pick(SUBSCRIPTION_STATUSES),
            "added_on": added_on,
            "start_date": start,
            "end_date": end,
            "auto_renew": pick([True, False]),
        }
    )
    products = pick(PRODUCT_SETS)
    _add_lines(pick, rows, {"subscription_id": subscription_id, "trial_id": None}, products, today, overage)
    for index in _repeat(pick, MORE_BILLS, 5):
        rows["orders"].append(
            {
                "order_id": f"O-{subscription_id}-{index}",
                "subscription_id": subscription_id,
                "ordered_on": start - timedelta(days=pick([0, 1, 30])),
                "type": pick(["NEW", "CHANGE", "RENEWAL", "CANCEL"]),
                "product": pick(["MEETINGS", "CALLING", "DEVICES"]),
                "quantity": pick(QUANTITIES),
                "amount": pick(AMOUNTS),
                "currency": pick(CURRENCIES),
            }
        )
    for index in _repeat(pick, MORE_BILLS, 5):
        issued_on = start + timedelta(days=30 * index)
        rows["invoices"].append(
            {
                "invoice_id": f"I-{subscription_id}-{index}",
                "subscription_id": subscription_id,
                "number": f"2{index:06}",
                "issued_on": issued_on,
                "due_on": issued_on + timedelta(days=pick([0, 30])),
                "amount": pick(AMOUNTS),
                "currency": pick(CURRENCIES),
                "status": pick(["PAID", "DUE", "OVERDUE"]),
                "document_url": pick([None, f"https://invoices.example/{index}"]),
            }
        )


def _add_trial(pick: Pick, rows: Rows, customer_id: str, trial_id: str, today: date, overage: bool) -> None:
    added_on, start, end = _dates(pick, today)
    rows["trials"].append(
        {
            "trial_id": trial_id,
            "customer_id": customer_id,
            "status": pick(TRIAL_STATUSES),
            "added_on": added_on,
            "start_date": start,
            "end_date": end,
            "started_by": pick([None, "full@partner.example", "admin@partner.example"]),
        }
    )
    products = pick(PRODUCT_SETS)
    _add_lines(pick, rows, {"subscription_id": None, "trial_id": trial_id}, products, today, overage)


def _dates(pick: Pick, today: date) -> tuple[date, date, date]:
    """Added, start and end, in this order in time."""
    end = pick(END_DAYS)
    start = pick([days for days in START_DAYS if days <= end])
    added_on = today + timedelta(days=start - pick(ADDED_DAYS_BEFORE_START))
    return added_on, today + timedelta(days=start), today + timedelta(days=end)


def _add_lines(
    pick: Pick, rows: Rows, entitlement: Row, products: list[str], today: date, overage: bool
) -> None:
    for product in products:
        quantity = pick(QUANTITIES)
        rows["licenses"].append({**entitlement, "product": product, "quantity": quantity})
        for days in pick(SNAPSHOT_DAYS):
            share, more = pick(ASSIGNED_OVER if overage else ASSIGNED)
            assigned = max(int(quantity * share) + more, 0)
            used = int(assigned * pick(USED_SHARES))
            rows["license_usage"].append(
                {
                    **entitlement,
                    "product": product,
                    "date": today + timedelta(days=days),
                    "assigned": assigned,
                    "used": used,
                    "used_last_90_days": used + pick([0, 1, 5]),
                }
            )


def _add_calls(pick: Pick, rows: Rows, customer_id: str, burst: str, today: date) -> None:
    """Several calls of one user in one week, alike but for the moment."""
    week = sunday_of(today) - timedelta(weeks=pick(CALL_WEEKS))
    seconds, step = pick(CALL_MOMENTS)
    started_at = _at(week, time(0, 0)) + timedelta(seconds=seconds)
    packet_loss, latency, jitter = pick(METRICS)
    queue, wait, queue_outcome = pick(QUEUES)
    call = {
        "customer_id": customer_id,
        "user_id": pick(USERS),
        "duration_seconds": pick(DURATIONS),
        "direction": pick(["INBOUND", "OUTBOUND", "INTERNAL"]),
        "outcome": pick(OUTCOMES),
        "endpoint_type": pick(ENDPOINTS),
        "features": pick(FEATURE_SETS),
        "packet_loss_percent": packet_loss,
        "latency_ms": latency,
        "jitter_ms": jitter,
        "queue": queue,
        "queue_wait_seconds": wait,
        "queue_outcome": queue_outcome,
    }
    for index in range(pick(CALLS_IN_A_BURST)):
        rows["calls"].append(
            {
                "call_id": f"call-{burst}-{index}",
                **call,
                "started_at": started_at + timedelta(seconds=step * index),
            }
        )


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=UTC)
