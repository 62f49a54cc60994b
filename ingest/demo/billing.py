"""Orders and what was invoiced for them."""

from datetime import date

import polars as pl

from ingest.demo.countries import COUNTRIES, RATES
from ingest.demo.draws import chance, integer, key

# US dollars for a license and a year.
PRICES = {
    "MEETINGS": 150,
    "CALLING": 180,
    "MESSAGING": 60,
    "EVENTS": 940,
    "REAL_TIME_TRANSLATIONS": 95,
    "DEVICES": 310,
    "CONTACT_CENTER": 1080,
}
_CURRENCIES = {country.code: country.currency for country in COUNTRIES}
_MONEY = pl.Decimal(14, 2)


def orders(
    licenses: pl.DataFrame, subscriptions: pl.DataFrame, customers: pl.DataFrame, seed: int, today: date
) -> pl.DataFrame:
    """For each line an order a period, some changes of the quantity, and a last one when it was cancelled."""
    bought = (
        licenses.drop_nulls("subscription_id")
        .select("subscription_id", "product", "quantity", "key")
        .join(subscriptions.drop("key"), on="subscription_id", maintain_order="left")
        .join(customers.select("customer_id", "country"), on="customer_id", maintain_order="left")
        .with_columns(currency=pl.col("country").replace_strict(_CURRENCIES))
        .with_columns(price=pl.col("product").replace_strict(PRICES, return_dtype=pl.Float64))
        .with_columns(price=(pl.col("price") * pl.col("currency").replace_strict(RATES)).round())
    )
    last_start = pl.col("starts").list.last()
    years = ((pl.col("end_date") - last_start).dt.total_days() / 365).round().cast(pl.Int64)
    terms = bought.with_columns(years=years)
    periods = terms.explode("starts").select(
        pl.all(),
        ordered_on=pl.when(pl.col("starts") == pl.col("start_date")).then("added_on").otherwise("starts"),
        type=pl.when(pl.col("starts") == pl.col("start_date"))
        .then(pl.lit("NEW"))
        .otherwise(pl.lit("RENEWAL")),
    )
    changed_on = last_start + pl.duration(days=integer(pl.col("key"), "change day", 30, 300))
    changes = terms.filter(chance(pl.col("key"), "change", 0.15) & (changed_on < today)).with_columns(
        ordered_on=changed_on,
        type=pl.lit("CHANGE"),
        quantity=(pl.col("quantity") / 10).ceil().cast(pl.Int64),
        years=pl.lit(1, pl.Int64),
    )
    left = pl.min_horizontal("end_date", pl.lit(today) - pl.duration(days=40))
    cancels = terms.filter(pl.col("status") == "CANCELLED").with_columns(
        ordered_on=pl.max_horizontal(last_start, left), type=pl.lit("CANCEL"), years=pl.lit(0, pl.Int64)
    )
    columns = [
        "subscription_id",
        "customer_id",
        "ordered_on",
        "type",
        "product",
        "quantity",
        "status",
        "currency",
    ]
    amount = (pl.col("quantity") * pl.col("price").cast(pl.Int64) * pl.col("years")).cast(_MONEY)
    return (
        pl.concat(frame.select(*columns, amount=amount) for frame in (periods, changes, cancels))
        .sort("ordered_on", "subscription_id", "product", "type")
        .with_row_index("number", 1)
        .with_columns(
            order_id=pl.format("O-{}", pl.col("number").cast(pl.String).str.zfill(7)),
            key=key(seed, "orders", pl.col("number")),
        )
        .select("order_id", pl.exclude("order_id"))
    )


def invoices(orders: pl.DataFrame, today: date) -> pl.DataFrame:
    """One for all that a subscription ordered on a day, due in 30 days; who is suspended has not paid the last."""
    due = pl.col("due_on") >= today
    unpaid = (pl.col("status") == "SUSPENDED") | chance(pl.col("key"), "late", 0.02)
    return (
        orders.filter(pl.col("type") != "CANCEL")
        .group_by("ordered_on", "subscription_id", "currency", "status", maintain_order=True)
        .agg(pl.col("amount").sum().cast(_MONEY), pl.col("key").first())
        .with_row_index("index", 1)
        .select(
            pl.format("I-{}", pl.col("index").cast(pl.String).str.zfill(7)).alias("invoice_id"),
            "subscription_id",
            pl.format(
                "INV-{}-{}", pl.col("ordered_on").dt.year(), pl.col("index").cast(pl.String).str.zfill(6)
            ).alias("number"),
            pl.col("ordered_on").alias("issued_on"),
            (pl.col("ordered_on") + pl.duration(days=30)).alias("due_on"),
            "amount",
            "currency",
            "status",
            "key",
        )
        .with_columns(
            pl.when(due & chance(pl.col("key"), "early", 0.4))
            .then(pl.lit("PAID"))
            .when(due)
            .then(pl.lit("DUE"))
            .when(unpaid)
            .then(pl.lit("OVERDUE"))
            .otherwise(pl.lit("PAID"))
            .alias("status"),
            pl.when(chance(pl.col("key"), "document", 0.95))
            .then(pl.format("https://billing.example/invoices/{}.pdf", "number"))
            .alias("document_url"),
        )
        .drop("key")
    )
