"""Customers and their calls, made by hand for tests of the oracle: all around the latest completed week."""

from datetime import UTC, date, datetime
from typing import Any

from tests.oracle import Rows

WEEK = date(2024, 5, 5)  # the latest completed week, Sunday 5 to Saturday 11 May
BEFORE = date(2024, 4, 28)
NOON = datetime(2024, 5, 8, 12, 0, tzinfo=UTC)


def add_customer(rows: Rows, customer_id: str, assigned: int = 0, **values: Any) -> None:
    """A customer with a Calling subscription in force all year, of which so many licenses are assigned."""
    rows.setdefault("customers", []).append({"customer_id": customer_id, "name": f"Name of {customer_id}"})
    rows.setdefault("subscriptions", []).append(
        {
            "subscription_id": f"S-{customer_id}",
            "customer_id": customer_id,
            "status": "ACTIVE",
            "added_on": date(2024, 1, 1),
            "start_date": date(2024, 1, 1),
            "end_date": date(2024, 12, 31),
            "auto_renew": True,
            **values,
        }
    )
    line = {"subscription_id": f"S-{customer_id}", "trial_id": None, "product": "CALLING"}
    rows.setdefault("licenses", []).append({**line, "quantity": 100})
    rows.setdefault("license_usage", []).append(
        {**line, "date": date(2024, 1, 1), "assigned": assigned, "used": 0, "used_last_90_days": 0}
    )


def add_calls(rows: Rows, customer_id: str, count: int = 1, **values: Any) -> None:
    """Answered calls of a minute without metrics or a queue, in the middle of the latest completed week."""
    for _ in range(count):
        rows.setdefault("calls", []).append(
            {
                "call_id": f"call {len(rows['calls'])}" if "calls" in rows else "call",
                "customer_id": customer_id,
                "user_id": "u1",
                "started_at": NOON,
                "duration_seconds": 60,
                "direction": "INBOUND",
                "outcome": "ANSWERED",
                "endpoint_type": None,
                "features": [],
                "packet_loss_percent": None,
                "latency_ms": None,
                "jitter_ms": None,
                "queue": None,
                "queue_wait_seconds": None,
                "queue_outcome": None,
                **values,
            }
        )
