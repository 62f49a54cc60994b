"""The demo's tables, and what is in force in them, after the domain's definitions."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from ingest.demo import generate
from tests.demo_contract import Tables

Row = dict[str, Any]

TODAY = date(2026, 3, 18)
DAY = timedelta(days=1)


def demo(folder: Path, customers: int, seed: int = 1, today: date = TODAY) -> Tables:
    generate(folder, customers=customers, seed=seed, today=today)
    return {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}


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


def product_lines(tables: Tables, product: str) -> Iterator[tuple[Row, Row]]:
    """The lines in force of a product, each with its entitlement."""
    for owned in entitlements(tables).values():
        for row in owned:
            yield from (
                (row, line) for line in row["lines"] if row["in_force"] and line["product"] == product
            )
