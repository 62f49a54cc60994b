"""The demo's customers, licenses and bills: an example of each status and of each section of KPIs."""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from statistics import median

import polars as pl
import pytest

from tests.demo_contract import Tables
from tests.demo_tables import DAY, TODAY, Row, entitlements, product_lines

pytest_plugins = ["tests.demo_fixture"]


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
