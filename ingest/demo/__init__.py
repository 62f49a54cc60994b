"""A realistic data set from a seed: one Parquet file a table of the import contract."""

from datetime import date
from pathlib import Path

import polars as pl

from ingest.demo import billing, people, resources, usage
from ingest.demo.calls import CALL_WEEKS, call_records
from ingest.demo.customers import build
from ingest.demo.dates import week_ends
from ingest.demo.draws import key
from ingest.demo.people import DEMO_ADMINS

__all__ = ["DEMO_ADMINS", "generate"]

# What the later steps look at and the files leave out.
_HIDDEN = ("key", "story", "seats", "starts", "in_force", "used_from", "used_until", "habit")


def generate(folder: Path, *, customers: int = 500, seed: int = 1, today: date, calls: bool = True) -> None:
    """Write one Parquet file a table of the import contract into `folder`: same arguments, same frames."""
    folder.mkdir(parents=True, exist_ok=True)
    organizations, contracts = build(customers, seed, today)
    subscriptions, trials, licenses = contracts.frames()
    del contracts
    organizations = _keyed(organizations, seed, "customers")
    subscriptions = _keyed(subscriptions, seed, "subscriptions")
    licenses = _keyed(licenses, seed, "licenses")
    orders = billing.orders(licenses, subscriptions, organizations, seed, today)
    tables = {
        "customers": organizations,
        "subscriptions": subscriptions,
        "trials": trials,
        "licenses": licenses.drop("customer_id"),
        "orders": orders.drop("number", "customer_id", "status"),
        "invoices": billing.invoices(orders, today),
        "partner_admins": people.partner_admins(seed, today),
        "admin_assignments": people.admin_assignments(organizations),
        "tags": people.tags(),
        "customer_tags": people.customer_tags(organizations),
        "resources": resources.resources(),
        "help_desks": resources.help_desks(),
    }
    for name, table in tables.items():
        table.drop(_HIDDEN, strict=False).write_parquet(folder / f"{name}.parquet")
    snapshots = folder / "license_usage.parquet"
    usage.license_usage(licenses, today).sink_parquet(snapshots)
    if calls:
        weeks = week_ends(today, CALL_WEEKS)
        users = usage.licensed_users(pl.scan_parquet(snapshots), licenses, organizations, weeks)
        call_records(users, customers, weeks).write_parquet(folder / "calls.parquet")


def _keyed(table: pl.DataFrame, seed: int, name: str) -> pl.DataFrame:
    """The table with each row's key for random draws."""
    return table.with_columns(key=key(seed, name, pl.int_range(pl.len(), dtype=pl.UInt64)))
