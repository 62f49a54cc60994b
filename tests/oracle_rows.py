"""Rows made by hand for tests of the oracle: all as of one Wednesday."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests import oracle
from tests.oracle import Row, Rows

TODAY = date(2024, 5, 15)  # a Wednesday


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def customer(customer_id: str = "A", **values: Any) -> Row:
    """A customer whose administrator signed in today."""
    return {
        "customer_id": customer_id,
        "name": "Acme",
        "managed_by": "EXTERNAL_ADMIN",
        "country": "US",
        "industry": None,
        "created_on": date(2023, 1, 1),
        "last_admin_sign_in_at": datetime(2024, 5, 15, 8, 0, tzinfo=UTC),
        "suspended": False,
        **values,
    }


def subscription(subscription_id: str = "S", customer_id: str = "A", **values: Any) -> Row:
    """A subscription in force for a year more, which auto-renews."""
    return {
        "subscription_id": subscription_id,
        "customer_id": customer_id,
        "status": "ACTIVE",
        "added_on": day(-400),
        "start_date": day(-400),
        "end_date": day(365),
        "auto_renew": True,
        **values,
    }


def trial(trial_id: str = "T", customer_id: str = "A", **values: Any) -> Row:
    """A trial in force for 60 days more."""
    return {
        "trial_id": trial_id,
        "customer_id": customer_id,
        "status": "ACTIVE",
        "added_on": day(-10),
        "start_date": day(-10),
        "end_date": day(60),
        "started_by": None,
        **values,
    }


def line(on: Row, quantity: int, product: str = "MEETINGS") -> Row:
    return {
        "subscription_id": on.get("subscription_id"),
        "trial_id": on.get("trial_id"),
        "product": product,
        "quantity": quantity,
    }


def usage(on: Row, offset: int, assigned: int, used: int = 0, in_90_days: int = 0) -> Row:
    """A snapshot of a license line, so many days from today."""
    return {
        "subscription_id": on["subscription_id"],
        "trial_id": on["trial_id"],
        "product": on["product"],
        "date": day(offset),
        "assigned": assigned,
        "used": used,
        "used_last_90_days": in_90_days,
    }


def one_customer(*entitlements: Row, **values: Any) -> Rows:
    return {
        "customers": [customer(**values)],
        "subscriptions": [row for row in entitlements if "trial_id" not in row],
        "trials": [row for row in entitlements if "trial_id" in row],
    }


def statuses(*entitlements: Row, **values: Any) -> list[str]:
    return oracle.statuses(one_customer(*entitlements, **values), "A", TODAY)
