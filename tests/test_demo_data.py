"""The demo's data: valid by the import contract, the same for the same seed, and an example of everything."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl
import pytest

from ingest.demo import DEMO_ADMINS, generate

Tables = dict[str, pl.DataFrame]
Row = dict[str, Any]

TODAY = date(2026, 3, 18)
DAY = timedelta(days=1)
TIME = pl.Datetime("us", "UTC")
MONEY = pl.Decimal(14, 2)
TEXT, WHOLE, DATE, FLAG, NUMBER = pl.String(), pl.Int64(), pl.Date(), pl.Boolean(), pl.Float64()

# The import contract: each table's key, then its columns in order; `?` may be empty.
CONTRACT: dict[str, tuple[list[str], dict[str, pl.DataType]]] = {
    "customers": (
        ["customer_id"],
        {
            "customer_id": TEXT,
            "name": TEXT,
            "managed_by": TEXT,
            "country": TEXT,
            "industry?": TEXT,
            "created_on": DATE,
            "last_admin_sign_in_at?": TIME,
            "suspended": FLAG,
        },
    ),
    "subscriptions": (
        ["subscription_id"],
        {
            "subscription_id": TEXT,
            "customer_id": TEXT,
            "status": TEXT,
            "added_on": DATE,
            "start_date": DATE,
            "end_date": DATE,
            "auto_renew": FLAG,
        },
    ),
    "trials": (
        ["trial_id"],
        {
            "trial_id": TEXT,
            "customer_id": TEXT,
            "status": TEXT,
            "added_on": DATE,
            "start_date": DATE,
            "end_date": DATE,
            "started_by?": TEXT,
        },
    ),
    "licenses": (
        ["subscription_id", "trial_id", "product"],
        {"subscription_id?": TEXT, "trial_id?": TEXT, "product": TEXT, "quantity": WHOLE},
    ),
    "license_usage": (
        ["subscription_id", "trial_id", "product", "date"],
        {
            "subscription_id?": TEXT,
            "trial_id?": TEXT,
            "product": TEXT,
            "date": DATE,
            "assigned": WHOLE,
            "used": WHOLE,
            "used_last_90_days": WHOLE,
        },
    ),
    "orders": (
        ["order_id"],
        {
            "order_id": TEXT,
            "subscription_id": TEXT,
            "ordered_on": DATE,
            "type": TEXT,
            "product": TEXT,
            "quantity": WHOLE,
            "amount": MONEY,
            "currency": TEXT,
        },
    ),
    "invoices": (
        ["invoice_id"],
        {
            "invoice_id": TEXT,
            "subscription_id": TEXT,
            "number": TEXT,
            "issued_on": DATE,
            "due_on": DATE,
            "amount": MONEY,
            "currency": TEXT,
            "status": TEXT,
            "document_url?": TEXT,
        },
    ),
    "partner_admins": (
        ["email"],
        {"email": TEXT, "display_name": TEXT, "roles": TEXT, "active": FLAG, "last_sign_in_at?": TIME},
    ),
    "admin_assignments": (["email", "customer_id"], {"email": TEXT, "customer_id": TEXT}),
    "tags": (["name"], {"name": TEXT, "description?": TEXT}),
    "customer_tags": (["customer_id", "tag"], {"customer_id": TEXT, "tag": TEXT}),
    "calls": (
        ["call_id"],
        {
            "call_id": TEXT,
            "customer_id": TEXT,
            "user_id": TEXT,
            "started_at": TIME,
            "duration_seconds": WHOLE,
            "direction": TEXT,
            "outcome": TEXT,
            "endpoint_type?": TEXT,
            "features?": TEXT,
            "packet_loss_percent?": NUMBER,
            "latency_ms?": WHOLE,
            "jitter_ms?": WHOLE,
            "queue?": TEXT,
            "queue_wait_seconds?": WHOLE,
            "queue_outcome?": TEXT,
        },
    ),
    "resources": (
        ["resource_id"],
        {
            "resource_id": TEXT,
            "title": TEXT,
            "summary": TEXT,
            "url": TEXT,
            "kind": TEXT,
            "product?": TEXT,
            "language": TEXT,
            "quick_link": FLAG,
            "trending": FLAG,
            "tags?": TEXT,
        },
    ),
    "help_desks": (
        ["name"],
        {"name": TEXT, "service": TEXT, "email?": TEXT, "phone?": TEXT, "chat_url?": TEXT, "hours?": TEXT},
    ),
}
REFERENCES = [
    ("subscriptions", "customer_id", "customers", "customer_id"),
    ("trials", "customer_id", "customers", "customer_id"),
    ("trials", "started_by", "partner_admins", "email"),
    ("licenses", "subscription_id", "subscriptions", "subscription_id"),
    ("licenses", "trial_id", "trials", "trial_id"),
    ("orders", "subscription_id", "subscriptions", "subscription_id"),
    ("invoices", "subscription_id", "subscriptions", "subscription_id"),
    ("admin_assignments", "email", "partner_admins", "email"),
    ("admin_assignments", "customer_id", "customers", "customer_id"),
    ("customer_tags", "customer_id", "customers", "customer_id"),
    ("customer_tags", "tag", "tags", "name"),
    ("calls", "customer_id", "customers", "customer_id"),
]
PRODUCTS = "MEETINGS CALLING MESSAGING EVENTS REAL_TIME_TRANSLATIONS DEVICES CONTACT_CENTER"
ROLES = "PARTNER_FULL_ADMIN PARTNER_ADMIN PARTNER_READ_ONLY_ADMIN HELP_DESK_ADMIN"
FEATURES = (
    "CALL_QUEUE AUTO_ATTENDANT HUNT_GROUP CALL_PARK CALL_PICKUP CALL_FORWARD CALL_TRANSFER VOICEMAIL "
    "CALL_RECORDING PAGING_GROUP SINGLE_NUMBER_REACH"
)
# Every value is to occur at 500 customers, and no other at any size.
VALUES = {
    ("customers", "managed_by"): "EXTERNAL_ADMIN PARTNER_ORGANIZATION",
    ("subscriptions", "status"): "ACTIVE SUSPENDED PENDING_SETUP CANCELLED",
    ("trials", "status"): "ACTIVE CANCELLED CONVERTED",
    ("licenses", "product"): PRODUCTS,
    ("orders", "type"): "NEW CHANGE RENEWAL CANCEL",
    ("orders", "product"): PRODUCTS,
    ("invoices", "status"): "PAID DUE OVERDUE",
    ("partner_admins", "roles"): ROLES,
    ("calls", "direction"): "INBOUND OUTBOUND INTERNAL",
    ("calls", "outcome"): "ANSWERED UNANSWERED FAILED",
    ("calls", "endpoint_type"): "WXC_CLIENT WXC_DEVICE WXC_THIRD_PARTY TEAMS_WXC_CLIENT WXC_SIP_GW SIP",
    ("calls", "features"): FEATURES,
    ("calls", "queue_outcome"): "ANSWERED OVERFLOWED ABANDONED",
    ("resources", "kind"): "GUIDE VIDEO TRAINING TOOL ANNOUNCEMENT",
    ("resources", "product"): PRODUCTS,
}


def demo(folder: Path, customers: int, seed: int = 1, today: date = TODAY) -> Tables:
    generate(folder, customers=customers, seed=seed, today=today)
    return {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return demo(tmp_path_factory.mktemp("demo"), 500)


def values(tables: Tables, table: str, column: str) -> set[str]:
    return set(tables[table][column].drop_nulls().str.split("|").explode())


def complaints(tables: Tables, today: date) -> Iterator[str]:
    """What an import would reject, in words."""
    for table, (key, columns) in CONTRACT.items():
        rows = tables[table]
        if dict(rows.schema) != {name.rstrip("?"): kind for name, kind in columns.items()}:
            yield f"{table}: {rows.schema}"
        yield from (
            f"{table}: {name} is empty" for name in columns if name[-1] != "?" and rows[name].has_nulls()
        )
        if rows.select(key).is_duplicated().any():
            yield f"{table}: {key} is not unique"
        numbers = rows.select(pl.col(pl.Int64, pl.Float64, MONEY))
        yield from (f"{table}: {n.name} is below zero" for n in numbers if (n.drop_nulls() < 0).any())
        texts = rows.select(pl.col(pl.String))
        yield from (f"{table}: {t.name} is blank" for t in texts if (t.str.strip_chars() == "").any())
    for table, column, other, its_column in REFERENCES:
        if unknown := set(tables[table][column].drop_nulls()) - set(tables[other][its_column]):
            yield f"{table}: {column} knows no {unknown}"
    for (table, column), allowed in VALUES.items():
        if strange := values(tables, table, column) - set(allowed.split()):
            yield f"{table}: {column} is {strange}"
    for table in ("subscriptions", "trials"):
        if (
            tables[table]
            .filter((pl.col("end_date") < pl.col("start_date")) | (pl.col("added_on") > today))
            .height
        ):
            yield f"{table}: ends before it starts, or was added in the future"
    for table in ("licenses", "license_usage"):
        if tables[table].filter(pl.col("subscription_id").is_null() == pl.col("trial_id").is_null()).height:
            yield f"{table}: not exactly one entitlement"
    line = ["subscription_id", "trial_id", "product"]
    if tables["license_usage"].join(tables["licenses"], on=line, how="anti", nulls_equal=True).height:
        yield "license_usage: no such line"


@pytest.mark.parametrize("today", [TODAY, date(2024, 2, 29), date(2026, 1, 3), date(2026, 1, 4)])
@pytest.mark.parametrize("customers", [1, 3, 50])
def test_every_size_on_any_day_is_valid(tmp_path: Path, customers: int, today: date) -> None:
    tables = demo(tmp_path, customers, today=today)

    assert set(tables) == set(CONTRACT)
    assert list(complaints(tables, today)) == []
    assert len(tables["customers"]) == customers
    assert tables["admin_assignments"].filter(email="admin@demo.example").height >= min(3, customers)


def test_the_default_size_is_valid_and_uses_every_value(tables: Tables) -> None:
    assert list(complaints(tables, TODAY)) == []
    for (table, column), expected in VALUES.items():
        assert values(tables, table, column) == set(expected.split()), (table, column)
    assert 150_000 <= len(tables["calls"]) <= 250_000


def test_the_seed_decides(tmp_path: Path) -> None:
    first, again, other = (demo(tmp_path / name, 50, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))

    assert all(first[table].equals(again[table]) for table in CONTRACT)
    assert not any(first[table].equals(other[table]) for table in ("customers", "license_usage", "calls"))


def test_calls_can_be_left_out(tmp_path: Path) -> None:
    generate(tmp_path, customers=3, today=TODAY, calls=False)

    assert {path.stem for path in tmp_path.iterdir()} == set(CONTRACT) - {"calls"}


def test_there_is_a_sign_in_for_each_role(tables: Tables) -> None:
    admins = {row["email"]: row for row in tables["partner_admins"].to_dicts()}
    signed_in = [admins[email] for email, _ in DEMO_ADMINS]

    assert {admin["roles"] for admin in signed_in} == set(ROLES.split())
    assert all(admin["active"] for admin in signed_in)
    assert any("|" in admin["roles"] for admin in admins.values())
    assert not all(admin["active"] for admin in admins.values())


# ---- what is in force, and the statuses, after the domain's definitions ----


def entitlements(tables: Tables) -> dict[str, list[Row]]:
    """Each customer's subscriptions and trials, with their lines and whether they are in force."""
    lines: dict[str, list[Row]] = defaultdict(list)
    newest = tables["license_usage"].sort("date").group_by("subscription_id", "trial_id", "product").last()
    states = tables["licenses"].join(
        newest, on=["subscription_id", "trial_id", "product"], how="left", nulls_equal=True
    )
    for line in states.with_columns(pl.col("assigned").fill_null(0)).to_dicts():
        lines[line["subscription_id"] or line["trial_id"]].append(line)
    found: dict[str, list[Row]] = defaultdict(list)
    for row in tables["subscriptions"].to_dicts() + tables["trials"].to_dicts():
        row["trial"] = "trial_id" in row
        row["in_force"] = row["status"] == "ACTIVE" and row["start_date"] <= TODAY <= row["end_date"]
        row["days_left"] = (row["end_date"] - TODAY).days
        row["lines"] = lines[row["trial_id"] if row["trial"] else row["subscription_id"]]
        found[row["customer_id"]].append(row)
    return found


def primary_status(customer: Row, owned: list[Row]) -> str:
    """The first that applies, in the domain's order."""
    subscriptions = [row for row in owned if not row["trial"]]
    open_ones = [row for row in subscriptions if row["days_left"] >= 0 and row["status"] != "CANCELLED"]
    running = [row for row in subscriptions if row["in_force"]]
    trials = [row for row in owned if row["trial"] and row["in_force"]]
    signed_in = customer["last_admin_sign_in_at"]
    rules = {
        "SUSPENDED": customer["suspended"] or any(row["status"] == "SUSPENDED" for row in open_ones),
        "EXPIRED": not open_ones and not trials,
        "LICENSE_OVERAGE": any(
            line["assigned"] > line["quantity"] for row in running for line in row["lines"]
        ),
        "EXPIRING_SOON": any(
            row["days_left"] <= 30 for row in owned if row["in_force"] and not row.get("auto_renew")
        ),
        "ORDER_READY_FOR_SETUP": any(
            row["status"] == "PENDING_SETUP" or (row["status"] == "ACTIVE" and row["start_date"] > TODAY)
            for row in open_ones
        ),
        "NO_RECENT_ACTIVITY": signed_in is None or (TODAY - signed_in.date()).days > 90,
        "TRIAL": bool(trials),
        "SUBSCRIPTION": bool(running),
    }
    return next(status for status, applies in rules.items() if applies)


def product_lines(tables: Tables, product: str) -> Iterator[tuple[Row, Row]]:
    """The lines in force of a product, each with its entitlement."""
    for owned in entitlements(tables).values():
        for row in owned:
            yield from (
                (row, line) for line in row["lines"] if row["in_force"] and line["product"] == product
            )


def test_each_status_is_somebodys_first(tables: Tables) -> None:
    owned = entitlements(tables)
    statuses = [primary_status(row, owned[row["customer_id"]]) for row in tables["customers"].to_dicts()]

    counts = {status: statuses.count(status) for status in set(statuses)}
    assert len(counts) == 8
    assert min(counts.values()) >= 5, counts
    assert counts["SUBSCRIPTION"] >= 150, counts


@pytest.mark.parametrize("product", ["MEETINGS", "CALLING"])
def test_each_kpi_section_has_rows(tables: Tables, product: str) -> None:
    lines = list(product_lines(tables, product))
    ends = {(not row.get("auto_renew"), row["days_left"]) for row, _ in lines}
    rates: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for customer, sums in customer_sums(lines).items():
        rates[band(sums[1])].append((customer, sums[0] / sums[1]))

    for expiring in (True, False):
        days = {days for kind, days in ends if kind is expiring}
        assert 0 in days
        assert all(any(low <= day <= high for day in days) for low, high in ((1, 30), (31, 90), (91, 1100)))
    assert len([row for row, _ in lines if 0 <= (TODAY - row["added_on"]).days <= 90]) >= 10
    assert len([line for _, line in lines if line["assigned"] > line["quantity"]]) >= 5
    assert len(rates) == 4
    assert all(len(peers) >= 8 for peers in rates.values()), {name: len(rates[name]) for name in rates}
    low = [rate for peers in rates.values() for _, rate in peers if rate < median(r for _, r in peers) / 2]
    assert 10 <= len(low) <= 100


def customer_sums(lines: list[tuple[Row, Row]]) -> dict[str, tuple[int, int]]:
    """Assigned and total licenses of each customer."""
    sums: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row, line in lines:
        assigned, total = sums[row["customer_id"]]
        sums[row["customer_id"]] = (assigned + line["assigned"], total + line["quantity"])
    return sums


def band(total: int) -> str:
    return next(
        name for name, most in (("1", 49), ("50", 249), ("250", 999), ("1000", 10**9)) if total <= most
    )


def test_usage_is_weekly_and_plausible(tables: Tables) -> None:
    usage = tables["license_usage"]
    lines = tables["licenses"].height

    assert usage["date"].n_unique() == 26
    assert set(usage["date"].dt.weekday()) == {6}
    assert timedelta(0) <= TODAY - usage["date"].max() < 7 * DAY  # type: ignore[operator]
    assert (usage["used"] <= usage["used_last_90_days"]).all()
    assert (usage["used"] <= usage["assigned"]).all()
    assert 0 < lines - usage.select("subscription_id", "trial_id", "product").n_unique() < lines / 2


def test_customers_are_varied(tables: Tables) -> None:
    customers = tables["customers"]
    signed_in = customers["last_admin_sign_in_at"]
    midnight = datetime.combine(TODAY, time(), UTC)
    products = tables["licenses"].join(tables["subscriptions"], on="subscription_id").group_by("customer_id")
    sets = products.agg(pl.col("product").unique().sort())["product"].to_list()

    assert customers["name"].n_unique() == 500
    assert not customers["name"].str.contains("^[ -~]+$").all()
    assert customers["country"].n_unique() >= 15
    assert (customers["created_on"] <= TODAY).all()
    assert 0 < customers["suspended"].sum() < 50
    assert 0 < signed_in.null_count() < 50
    assert 10 < (signed_in < midnight - 90 * DAY).sum() < 100
    assert (signed_in.drop_nulls() <= midnight).all()
    assert ["MESSAGING"] in sets


def test_invoices_match_the_orders(tables: Tables) -> None:
    orders, invoices = tables["orders"], tables["invoices"]
    sums = [t.group_by("subscription_id", "currency").agg(pl.col("amount").sum()) for t in (orders, invoices)]

    assert (
        sums[0].filter(pl.col("amount") > 0).sort("subscription_id").equals(sums[1].sort("subscription_id"))
    )
    assert orders["currency"].n_unique() >= 8
    assert (orders["ordered_on"] <= TODAY).all()
    assert invoices["number"].is_unique().all()
    assert invoices.filter(status="OVERDUE")["due_on"].max() < TODAY  # type: ignore[operator]
    assert invoices.filter(status="DUE")["due_on"].min() >= TODAY  # type: ignore[operator]


def test_calls_are_of_nine_complete_weeks(tables: Tables) -> None:
    days = tables["calls"]["started_at"].dt.date()
    sunday = TODAY - DAY * (TODAY.isoweekday() % 7)
    licensed = {row["customer_id"] for row, line in product_lines(tables, "CALLING") if line["assigned"]}

    assert set(days) == {sunday - DAY * back for back in range(1, 64)}
    assert set(tables["calls"]["customer_id"]) <= licensed


def test_every_volume_and_quality_occurs(tables: Tables) -> None:
    calls = tables["calls"]
    week = (calls["started_at"].dt.date() + DAY).dt.truncate("1w")
    per_user = calls.group_by("customer_id", "user_id", week).len()["len"]
    answered = calls.filter(outcome="ANSWERED")
    measured = answered.drop_nulls("latency_ms")
    poor = (pl.col("packet_loss_percent") >= 5) | (pl.col("latency_ms") >= 400) | (pl.col("jitter_ms") >= 150)
    users = per_user.len()

    assert (per_user <= 10).sum() > users / 2
    assert per_user.is_between(11, 50).sum() > users / 20
    assert (per_user > 50).sum() > users / 100
    assert 0.01 < measured.filter(poor).height / measured.height < 0.1
    assert 0 < answered.height - measured.height < answered.height / 5
    assert (
        calls.filter(pl.col("outcome") != "ANSWERED")["latency_ms"].null_count()
        == calls.height - answered.height
    )


def test_no_week_has_more_callers_than_licensed_users(tables: Tables) -> None:
    calls = tables["calls"].with_columns(
        saturday=pl.col("started_at").dt.date().dt.offset_by("1d").dt.truncate("1w") + 5 * DAY
    )
    active = calls.group_by("customer_id", "saturday").agg(users=pl.col("user_id").n_unique())
    usage = tables["license_usage"].filter(product="CALLING")
    owners = pl.concat(
        tables[table].select(pl.col(f"{table[:-1]}_id").alias("line"), "customer_id")
        for table in ("subscriptions", "trials")
    )
    licensed = (
        usage.with_columns(line=pl.coalesce("subscription_id", "trial_id"))
        .join(owners, on="line")
        .group_by("customer_id", pl.col("date").alias("saturday"))
        .agg(pl.col("assigned").sum())
    )

    assert active.join(licensed, on=["customer_id", "saturday"], how="anti").is_empty()
    assert (
        active.join(licensed, on=["customer_id", "saturday"])
        .filter(pl.col("users") > pl.col("assigned"))
        .is_empty()
    )


def test_queues_have_good_and_bad_days(tables: Tables) -> None:
    queued = tables["calls"].drop_nulls("queue")
    days = queued.group_by("customer_id", pl.col("started_at").dt.date()).agg(
        calls=pl.len(), abandoned=(pl.col("queue_outcome") == "ABANDONED").mean()
    )

    assert 50 <= queued["customer_id"].n_unique() <= 110
    assert queued["queue_wait_seconds"].null_count() == queued["queue_outcome"].null_count() == 0
    assert queued["features"].str.contains("CALL_QUEUE").all()
    assert set(queued["direction"]) == {"INBOUND"}
    busy = days.filter(pl.col("calls") >= 5)["abandoned"]
    assert (busy > 0.4).any()
    assert (busy < 0.1).any()
