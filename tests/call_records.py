"""Call records to import, and what becomes of them."""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from ingest import ImportResult, run_import
from kpis.calling_weeks import ROLL_UPS
from tests.oracle.book import Row
from tests.row_files import COLUMNS, write_rows

CUSTOMERS = ["A", "B", "C"]
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
WEEK = date(2026, 3, 1)

RollUps = dict[str, list[dict[str, Any]]]


def call(call_id: str, **values: Any) -> Row:
    """A plain answered call without anything special."""
    plain = {
        "customer_id": "A",
        "user_id": "u1",
        "started_at": NOON,
        "duration_seconds": 60,
        "direction": "INBOUND",
        "outcome": "ANSWERED",
        "features": [],
    }
    return {**dict.fromkeys(COLUMNS["calls"]), "call_id": call_id, **plain, **values}


def customer(name: str) -> Row:
    values = {
        "customer_id": name,
        "name": name,
        "managed_by": "EXTERNAL_ADMIN",
        "country": "DE",
        "created_on": date(2020, 1, 1),
        "suspended": False,
    }
    return {**dict.fromkeys(COLUMNS["customers"]), **values}


async def bring_in(
    db: asyncpg.Connection, folder: Path, partner: str, calls: Iterable[Row], **options: Any
) -> ImportResult:
    write_rows({"customers": [customer(name) for name in CUSTOMERS], "calls": list(calls)}, folder)
    return await run_import(db, folder, partner=partner, **options)


async def roll_ups(db: asyncpg.Connection, partner: str) -> RollUps:
    """Every row of every roll-up, customers by their own IDs."""
    found = {}
    for table in ROLL_UPS:
        rows = await db.fetch(
            f"""SELECT c.external_id AS customer, r.* FROM {table} r JOIN partners p ON p.id = r.partner_id
            JOIN customers c ON c.partner_id = r.partner_id AND c.id = r.customer_id WHERE p.name = $1
            ORDER BY r.week, c.external_id, r""",
            partner,
        )
        found[table] = [
            {k: v for k, v in row.items() if k not in ("partner_id", "customer_id")} for row in rows
        ]
    return found


def random_call(pick: random.Random, call_id: str, around: datetime = NOON) -> Row:
    """Some call of the three weeks before or after."""
    queue = pick.choice([None, None, "Sales", "Support"])
    return call(
        call_id,
        customer_id=pick.choice(CUSTOMERS),
        user_id=pick.choice(["u1", "u2"]),
        started_at=around + timedelta(hours=pick.randint(-24 * 21, 24 * 21)),
        duration_seconds=pick.choice([0, 59, 3600]),
        outcome=pick.choice(["ANSWERED", "UNANSWERED"]),
        endpoint_type=pick.choice([None, "SIP", "WXC_DEVICE"]),
        features=pick.choice([[], ["VOICEMAIL"], ["CALL_QUEUE", "CALL_PARK"]]),
        latency_ms=pick.choice([None, 399, 400]),
        jitter_ms=pick.choice([1, 150]),
        packet_loss_percent=pick.choice([0, 5]),
        queue=queue,
        queue_wait_seconds=queue and pick.choice([None, 0.1, 0.2, 12]),
        queue_outcome=queue and pick.choice([None, "ANSWERED", "OVERFLOWED", "ABANDONED"]),
    )
