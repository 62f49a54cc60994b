"""Rows to compare on: random ones at every boundary of the domain, and the files that hold them.

One generator makes both kinds. It only ever picks from lists of values, the plainest first: `random_rows`
picks with a seeded generator, `rows_strategy` lets hypothesis pick, and so shrink towards the plainest.
"""

import csv
import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, TypeVar

import polars
from hypothesis import strategies as st

from tests.oracle.book import Row, Rows, sunday_of

__all__ = ["ADMINS", "COLUMNS", "TAGS", "Row", "Rows", "random_rows", "rows_strategy", "write_rows"]

T = TypeVar("T")


class Pick(Protocol):
    def __call__(self, options: Sequence[T], /) -> T: ...


# ---- the tables of the import contract: each column and the kind of its values ---------------------

COLUMNS: dict[str, dict[str, str]] = {
    "customers": {
        "customer_id": "text",
        "name": "text",
        "managed_by": "text",
        "country": "text",
        "industry": "text",
        "created_on": "date",
        "last_admin_sign_in_at": "time",
        "suspended": "flag",
    },
    "subscriptions": {
        "subscription_id": "text",
        "customer_id": "text",
        "status": "text",
        "added_on": "date",
        "start_date": "date",
        "end_date": "date",
        "auto_renew": "flag",
    },
    "trials": {
        "trial_id": "text",
        "customer_id": "text",
        "status": "text",
        "added_on": "date",
        "start_date": "date",
        "end_date": "date",
        "started_by": "text",
    },
    "licenses": {"subscription_id": "text", "trial_id": "text", "product": "text", "quantity": "int"},
    "license_usage": {
        "subscription_id": "text",
        "trial_id": "text",
        "product": "text",
        "date": "date",
        "assigned": "int",
        "used": "int",
        "used_last_90_days": "int",
    },
    "orders": {
        "order_id": "text",
        "subscription_id": "text",
        "ordered_on": "date",
        "type": "text",
        "product": "text",
        "quantity": "int",
        "amount": "decimal",
        "currency": "text",
    },
    "invoices": {
        "invoice_id": "text",
        "subscription_id": "text",
        "number": "text",
        "issued_on": "date",
        "due_on": "date",
        "amount": "decimal",
        "currency": "text",
        "status": "text",
        "document_url": "text",
    },
    "partner_admins": {
        "email": "text",
        "display_name": "text",
        "roles": "list",
        "active": "flag",
        "last_sign_in_at": "time",
    },
    "admin_assignments": {"email": "text", "customer_id": "text"},
    "tags": {"name": "text", "description": "text"},
    "customer_tags": {"customer_id": "text", "tag": "text"},
    "calls": {
        "call_id": "text",
        "customer_id": "text",
        "user_id": "text",
        "started_at": "time",
        "duration_seconds": "int",
        "direction": "text",
        "outcome": "text",
        "endpoint_type": "text",
        "features": "list",
        "packet_loss_percent": "decimal",
        "latency_ms": "int",
        "jitter_ms": "int",
        "queue": "text",
        "queue_wait_seconds": "int",
        "queue_outcome": "text",
    },
    "resources": {
        "resource_id": "text",
        "title": "text",
        "summary": "text",
        "url": "text",
        "kind": "text",
        "product": "text",
        "language": "text",
        "quick_link": "flag",
        "trending": "flag",
        "tags": "list",
    },
    "help_desks": {
        "name": "text",
        "service": "text",
        "email": "text",
        "phone": "text",
        "chat_url": "text",
        "hours": "text",
    },
}


# ---- the values to pick from -----------------------------------------------------------------------

NAMES = [
    "Acme",
    "acme",
    "ACME",
    "Acme Nord",
    "Acme Nord Bank",
    "Nord Bank",
    "bank of Nord",
    "Bänk",
    "Zürich Süd",
    "Ärzte am See",
    "École Acme",
    "Łódź Metall",
    "Groß & Söhne",
    "GROẞ",
    "İzmir Port",
    "izmir port",
    "100% Acme",
    "100 Acme",
    "under_score",
    "underXscore",
    "back\\slash",
    "O'Brien Nord",
    'The "Quoted" Bank',
    "Comma, Incorporated",
    "日本 Nord",
    "zeta",
    "Zeta",
    "%",
]
ID_PREFIXES = ["C-", "c-", "C_", "C%"]
COUNTRIES = ["US", "DE", "CH", "TR", "PL"]
INDUSTRIES = [None, "Education", "Health care", "Öffentlicher Dienst"]

SIGN_IN_DAYS_AGO = [0, None, 1, 89, 90, 91, 90, 91, 400, None]
SIGN_IN_TIMES = [time(12, 0), time(0, 0), time(23, 59, 59)]
SUSPENDED = [False] * 15 + [True]

# Most of them far from the end, so that the less urgent statuses come about too.
END_DAYS = [365, 1, 0, -1, 7, 29, 30, 31, 89, 90, 91, 365, 200, 120, 91, 400, -7, -8, -30, -90, -91, -365]
START_DAYS = [-400, -1, 0, 1, -400, -200, -100, -91, -90, -89, -31, -30, -8, -7, -6, -40, 7, 30, 31]
ADDED_DAYS_BEFORE_START = [0, 0, 1, 30, 45, -40]  # some are added after they started
MORE_SUBSCRIPTIONS = [False, True, True]  # whether there is one more, up to three
MORE_TRIALS = [False, False, True]
SUBSCRIPTION_STATUSES = ["ACTIVE"] * 12 + ["SUSPENDED", "PENDING_SETUP", "CANCELLED", "CANCELLED"]
TRIAL_STATUSES = ["ACTIVE"] * 6 + ["CANCELLED", "CONVERTED"]
PRODUCT_SETS = [
    ["MEETINGS"],
    ["CALLING"],
    ["MEETINGS", "CALLING"],
    ["MEETINGS", "CALLING"],
    ["MEETINGS", "MESSAGING"],
    ["CALLING", "CONTACT_CENTER", "DEVICES"],
    ["MESSAGING"],
    ["EVENTS", "REAL_TIME_TRANSLATIONS"],
    ["MEETINGS", "CALLING", "MESSAGING", "EVENTS", "REAL_TIME_TRANSLATIONS", "DEVICES", "CONTACT_CENTER"],
    [],
]
QUANTITIES = [10, 0, 1, 10, 24, 25, 40, 49, 50, 100, 200, 249, 250, 600, 999, 1000, 2500]
SNAPSHOT_DAYS = [
    [],
    [0],
    [-7],
    [-8],
    [-6],
    [-7, 0],
    [-8, 0],
    [-8, -7, -6, -1],
    [-6, 0],
    [-7, 2],
    [1],
    [-90, -30, 3],
    [-62, -55, -48, -41, -34, -27, -20, -13, -6],
    [-400, -365, -91],
]
# Assigned: a share of the quantity, and that many more.
ASSIGNED = [
    (0.5, 0),
    (0.0, 0),
    (0.1, 0),
    (0.25, 0),
    (0.8, 0),
    (0.9, 0),
    (1.0, -1),
    (1.0, 0),
    (0.7, 0),
    (0.6, 0),
]
ASSIGNED_OVER = [*ASSIGNED, *ASSIGNED, (1.0, 1), (1.2, 7)]
USED_SHARES = [0.5, 0.0, 0.9, 1.0, 1.1]

ROLES = ["PARTNER_FULL_ADMIN", "PARTNER_ADMIN", "PARTNER_READ_ONLY_ADMIN", "HELP_DESK_ADMIN"]
ROLE_NAMES = {
    "PARTNER_FULL_ADMIN": "full",
    "PARTNER_ADMIN": "admin",
    "PARTNER_READ_ONLY_ADMIN": "read",
    "HELP_DESK_ADMIN": "desk",
}


def _admins() -> dict[str, tuple[list[str], bool]]:
    """Each combination of roles once, none of them included; a second of each single role; inactive ones."""
    found = {}
    for number in range(16):
        roles = [role for position, role in enumerate(ROLES) if number >> position & 1]
        name = "-".join(ROLE_NAMES[role] for role in roles) or "nobody"
        found[f"{name}@partner.example"] = (roles, True)
    for role in ROLES:
        found[f"{ROLE_NAMES[role]}.second@partner.example"] = ([role], True)
        found[f"{ROLE_NAMES[role]}.inactive@partner.example"] = ([role], False)
    found["admin.unassigned@partner.example"] = (["PARTNER_ADMIN"], True)
    return found


ADMINS: dict[str, tuple[list[str], bool]] = _admins()  # e-mail address: roles, active
ASSIGNABLE = [
    email
    for email, (roles, _) in ADMINS.items()
    if "PARTNER_ADMIN" in roles and email != "admin.unassigned@partner.example"
]
ASSIGNMENTS: list[list[str]] = [
    [],
    [],
    [],
    ["admin@partner.example"],
    ["admin@partner.example", "admin.second@partner.example"],
    ["admin.second@partner.example"],
    ["admin.inactive@partner.example"],
    ["full-admin@partner.example", "admin-read@partner.example"],
    ["admin-desk@partner.example"],
    ASSIGNABLE,
]

TAGS: dict[str, str | None] = {
    "vip": "Very important",
    "Key Account": None,
    "At risk": "Two\nlines, and a comma",
    "ÄRGER": None,
    "100%_sure": "With wildcards",
    "nobody has it": None,
    "twenty five characters ok": None,
}
TAG_SETS: list[list[str]] = [
    [],
    [],
    ["vip"],
    ["Key Account"],
    ["vip", "At risk"],
    ["ÄRGER", "100%_sure"],
    ["vip", "Key Account", "At risk", "ÄRGER", "100%_sure", "twenty five characters ok"],
]

MORE_CALL_BURSTS = [False, True]
CALLS_IN_A_BURST = [1, 1, 2, 3, 1, 5, 9, 10, 11, 49, 50, 51]
CALL_WEEKS = [1, 1, 2, 1, 2, 3, 8, 9, 0]  # weeks before the running one, which is 0
CALL_MOMENTS = [  # seconds into the week, and the step to the burst's next call
    (3 * 86400 + 43200, 1),
    (0, 1),
    (7 * 86400 - 1, -1),
    (86400, 1),
]
USERS = ["u1", "u2", "u3", "U1"]
DURATIONS = [60, 0, 1, 59, 600, 3601]
OUTCOMES = ["ANSWERED", "ANSWERED", "ANSWERED", "UNANSWERED", "FAILED"]
ENDPOINTS = ["WXC_CLIENT", "WXC_DEVICE", "WXC_THIRD_PARTY", "TEAMS_WXC_CLIENT", "WXC_SIP_GW", "SIP", None]
FEATURE_SETS: list[list[str]] = [
    [],
    [],
    ["VOICEMAIL"],
    ["CALL_QUEUE"],
    ["CALL_QUEUE", "CALL_TRANSFER"],
    ["AUTO_ATTENDANT", "HUNT_GROUP"],
    ["CALL_PARK", "CALL_PICKUP", "CALL_FORWARD"],
    ["CALL_RECORDING", "PAGING_GROUP", "SINGLE_NUMBER_REACH"],
]
METRICS: list[tuple[Decimal | None, int | None, int | None]] = [  # packet loss, latency, jitter
    (Decimal("0.10"), 40, 5),
    (None, None, None),
    (Decimal("4.99"), 399, 149),
    (Decimal("5.00"), 40, 5),
    (Decimal("0.00"), 400, 5),
    (Decimal("0.00"), 0, 150),
    (Decimal("12.50"), 900, 300),
    (None, 40, 5),
]
QUEUES: list[tuple[str | None, int | None, str | None]] = [  # queue, wait, outcome
    (None, None, None),
    (None, None, None),
    (None, None, None),
    ("Sales", 10, "ANSWERED"),
    ("Sales", 0, "ANSWERED"),
    ("Support", 95, "OVERFLOWED"),
    ("Support", 31, "ABANDONED"),
    ("Support", None, "ABANDONED"),
    ("Sales", 7, None),
]

AMOUNTS = [Decimal("100.00"), Decimal("0.00"), Decimal("0.10"), Decimal("1234567.89"), Decimal("-15.55")]
CURRENCIES = ["USD", "EUR", "CHF", "JPY"]
MORE_BILLS = [False, False, True]


# ---- the generator ---------------------------------------------------------------------------------


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


# ---- files -----------------------------------------------------------------------------------------

POLARS_TYPES: dict[str, Any] = {
    "text": polars.String,
    "date": polars.Date,
    "time": polars.Datetime("us", "UTC"),
    "flag": polars.Boolean,
    "int": polars.Int64,
    "decimal": polars.Decimal(18, 2),
    "list": polars.String,
}


def write_rows(rows: Rows, folder: Path, format: str = "csv", shuffle_seed: int | None = None) -> None:
    """Writes a file a table in the import contract's form.

    With a shuffle seed the columns and the rows come in a random order, and times of text files are spelled
    with `Z`, with `+00:00` or without a zone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shuffler = None if shuffle_seed is None else random.Random(shuffle_seed)
    for table, table_rows in rows.items():
        columns = list(COLUMNS[table])
        table_rows = list(table_rows)
        zone = "+00:00"
        if shuffler is not None:
            shuffler.shuffle(columns)
            shuffler.shuffle(table_rows)
            zone = shuffler.choice(["Z", "+00:00", ""])
        for row in table_rows:
            unknown = row.keys() - COLUMNS[table].keys()
            if unknown:
                raise ValueError(f"{table} has no {', '.join(sorted(unknown))}")
        kinds = [(column, COLUMNS[table][column]) for column in columns]
        path = folder / f"{table}.{format}"
        if format == "csv":
            _write_csv(path, kinds, table_rows, zone)
        elif format == "jsonl":
            _write_jsonl(path, kinds, table_rows, zone)
        elif format == "parquet":
            _write_parquet(path, kinds, table_rows)
        else:
            raise ValueError(format)


def _write_csv(path: Path, kinds: list[tuple[str, str]], rows: list[Row], zone: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([column for column, _ in kinds])
        for row in rows:
            writer.writerow([_text(row.get(column), kind, zone) for column, kind in kinds])


def _write_jsonl(path: Path, kinds: list[tuple[str, str]], rows: list[Row], zone: str) -> None:
    """Numbers and truth values as JSON's own, decimals as text (they are no floats), the rest as in CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        for row in rows:
            values = {}
            for column, kind in kinds:
                value = row.get(column)
                native = value is None or kind in ("int", "flag")
                values[column] = value if native else _text(value, kind, zone)
            file.write(json.dumps(values, ensure_ascii=False) + "\n")


def _write_parquet(path: Path, kinds: list[tuple[str, str]], rows: list[Row]) -> None:
    """Every value in its own type, but lists as text separated by `|`, as in the other formats."""
    data = {
        column: [
            "|".join(row[column]) if kind == "list" and row.get(column) is not None else row.get(column)
            for row in rows
        ]
        for column, kind in kinds
    }
    schema = {column: POLARS_TYPES[kind] for column, kind in kinds}
    polars.DataFrame(data, schema=schema).write_parquet(path)


def _text(value: Any, kind: str, zone: str) -> str:
    if value is None:
        return ""
    if kind == "flag":
        return "true" if value else "false"
    if kind == "list":
        return "|".join(value)
    if kind == "time":
        utc = value.astimezone(UTC) if value.tzinfo is not None else value
        return str(utc.replace(tzinfo=None).isoformat()) + zone
    if kind == "date":
        return str(value.isoformat())
    return str(value)
