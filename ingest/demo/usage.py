"""Weekly usage of each license line: licenses are handed out along an S-curve, use has its seasons."""

from datetime import date

import polars as pl

from ingest.demo.dates import saturdays, season
from ingest.demo.draws import beside, uniform

WEEKS = 26
_OVER = pl.col("habit") == "over"
_LAGGING = pl.col("habit") == "lagging"


def license_usage(licenses: pl.DataFrame, today: date) -> pl.LazyFrame:
    """A snapshot on each of the last Saturdays on which the line had started and not ended."""
    weeks = saturdays(today, WEEKS)
    key, day = pl.col("key"), pl.col("date")
    week_key = beside(key, day.to_physical())
    age = (day - pl.col("used_from")).dt.total_days() + 2
    reached = pl.col("share") * (1 - (-((age / pl.col("pace")) ** 2)).exp())
    wobble = pl.when(_OVER).then(1.0).otherwise(uniform(week_key, "wobble", 0.985, 1.0))
    busy = pl.col("busy") * day.replace_strict(
        {week: season(week) for week in weeks}, return_dtype=pl.Float64
    )
    return (
        _adopting(licenses, today)
        .lazy()
        .with_columns(date=pl.lit(weeks, dtype=pl.List(pl.Date)))
        .explode("date")
        .filter(day.is_between("used_from", "used_until"))
        .with_columns(assigned=(pl.col("capacity") * reached * wobble).round())
        .with_columns(used=(pl.col("assigned") * busy * uniform(week_key, "used", 0.9, 1.0)).round())
        .with_columns(
            used_last_90_days=pl.max_horizontal(
                "used", (pl.col("assigned") * (0.55 + 0.45 * pl.col("busy"))).round()
            )
        )
        .select(
            "subscription_id",
            "trial_id",
            "product",
            "date",
            pl.col("assigned", "used", "used_last_90_days").cast(pl.Int64),
        )
    )


def licensed_users(
    usage: pl.LazyFrame, licenses: pl.DataFrame, customers: pl.DataFrame, week_ends: list[date]
) -> pl.DataFrame:
    """For each customer with Calling in force and each week: the licensed users on its last day (seats)."""
    line = pl.coalesce("subscription_id", "trial_id").alias("line")
    lines = licenses.filter("in_force", pl.col("product") == "CALLING").select(
        line, "customer_id", "used_from"
    )
    assigned = usage.filter(
        pl.col("product") == "CALLING", pl.col("date").is_in(week_ends), pl.col("assigned") > 0
    ).select(line, pl.col("date").alias("week_end"), "assigned")
    return (
        lines.lazy()
        .join(assigned, on="line")
        .group_by("customer_id", "week_end")
        .agg(seats=pl.col("assigned").sum(), begun=pl.col("used_from").min())
        .join(customers.lazy().select("customer_id", "country", "key"), on="customer_id")
        .sort("customer_id", "week_end")
        .collect()
    )


def _adopting(licenses: pl.DataFrame, today: date) -> pl.DataFrame:
    """The lines that are used at all, with how far, how fast and how much."""
    key, quantity = pl.col("key"), pl.col("quantity")
    age = (pl.lit(today) - pl.col("used_from")).dt.total_days()
    beyond = (quantity * uniform(key, "beyond", 0.06, 0.35)).ceil().cast(pl.Int64)
    usual = pl.when(_LAGGING).then(uniform(key, "lagging", 0.05, 0.25))
    return licenses.filter(pl.col("habit") != "silent", pl.col("used_from") <= today).with_columns(
        capacity=quantity + pl.when(_OVER).then(beyond).otherwise(0),
        share=pl.when(_OVER).then(1.0).otherwise(usual.otherwise(uniform(key, "share", 0.25, 1.0).sqrt())),
        # Those over the limit have got there by now, whenever they began.
        pace=pl.when(_OVER).then(age / 2.2).otherwise(12 * 12 ** uniform(key, "pace")),
        busy=uniform(key, "busy", 0.4, 0.95),
    )
