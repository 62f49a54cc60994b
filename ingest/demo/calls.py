"""Call records of the last nine complete weeks: who calls how much, when, and how it ends."""

from datetime import date

import polars as pl

from ingest.demo.call_details import with_endpoints, with_features, with_metrics, with_queues
from ingest.demo.columns import TIME, Columns
from ingest.demo.countries import COUNTRIES
from ingest.demo.dates import season
from ingest.demo.draws import beside, chance, exponential, integer, mixed, weighted

CALL_WEEKS = 9
_CALLS_A_CUSTOMER, _MOST_CALLS = 400, 1_000_000
_MOST_CUSTOMERS = 2_500  # with any calls: beyond that each would have too few to look at
_CALLS_A_USER = 8.0  # in a week, as the volumes below come out
_CALLING_SHARE = 0.8  # of the licensed users make calls, where the total allows it

_VOLUMES = {"LOW": 170, "MEDIUM": 24, "HIGH": 6}
_DIRECTIONS = {"INBOUND": 42, "OUTBOUND": 40, "INTERNAL": 18}
_OUTCOMES = {"ANSWERED": 166, "UNANSWERED": 29, "FAILED": 5}
_DAYS = {0: 1, 1: 20, 2: 21, 3: 21, 4: 20, 5: 16, 6: 1}  # from Sunday
_HOURS = dict(enumerate((0, 0, 0, 0, 0, 0, 1, 4, 10, 15, 16, 14, 7, 11, 15, 14, 11, 6, 3, 0, 1)))
_OFFSETS = {country.code: country.utc_offset for country in COUNTRIES}
_WEEK_SECONDS = 7 * 86_400

CALLS: Columns = {
    "call_id": pl.String,
    "customer_id": pl.String,
    "user_id": pl.String,
    "started_at": TIME,
    "duration_seconds": pl.Int64,
    "direction": pl.String,
    "outcome": pl.String,
    "endpoint_type": pl.String,
    "features": pl.String,
    "packet_loss_percent": pl.Float64,
    "latency_ms": pl.Int64,
    "jitter_ms": pl.Int64,
    "queue": pl.String,
    "queue_wait_seconds": pl.Int64,
    "queue_outcome": pl.String,
}


def call_records(licensed: pl.DataFrame, customers: int, weeks: list[date]) -> pl.DataFrame:
    """The calls of the `licensed` users of so many customers, in the order of time."""
    records = _calls(_users(licensed, min(_CALLS_A_CUSTOMER * customers, _MOST_CALLS), weeks))
    for details in (with_queues, with_endpoints, with_metrics, with_features):
        records = details(records)
    number = pl.col("number").cast(pl.String).str.zfill(8)
    return (
        records.sort("started_at", "key")
        .with_row_index("number", 1)
        .with_columns(call_id=pl.format("call-{}", number))
        .select(pl.col(name).cast(kind) for name, kind in CALLS.items())
    )


def _users(licensed: pl.DataFrame, budget: int, weeks: list[date]) -> pl.DataFrame:
    """One row for each user and week with calls; the number of users a customer is capped to keep the budget."""
    chosen = licensed.select("customer_id", order=mixed(pl.col("key"), "calls")).unique().sort("order")
    callers = licensed.join(
        chosen.head(_MOST_CUSTOMERS), on="customer_id", how="semi", maintain_order="left"
    ).with_columns(users=(pl.col("seats") * _CALLING_SHARE).ceil().cast(pl.Int64))
    most = _cap(callers["users"], round(budget / _CALLS_A_USER))
    seasons = {day: 0.95 * season(day) for day in weeks}
    user_key, key = pl.col("user_key"), pl.col("key")
    volume = weighted(user_key, "volume", _VOLUMES)
    low = integer(key, "low", 1, 10)
    return (
        callers.with_columns(user=pl.int_ranges(0, pl.min_horizontal("users", pl.lit(most))))
        .explode("user")
        .drop_nulls("user")
        .rename({"key": "customer_key"})
        .with_columns(user_key=beside(pl.col("customer_key"), pl.col("user")))
        .with_columns(key=beside(user_key, pl.col("week_end").to_physical()), volume=volume)
        .filter(chance(key, "at work", pl.col("week_end").replace_strict(seasons, return_dtype=pl.Float64)))
        .with_columns(
            calls=pl.when(pl.col("volume") == "LOW")
            .then(pl.min_horizontal(low, integer(key, "lower", 1, 10)))
            .when(pl.col("volume") == "MEDIUM")
            .then(integer(key, "medium", 11, 36))
            .otherwise(integer(key, "high", 51, 105))
        )
    )


def _cap(users: pl.Series, budget: int) -> int:
    """The largest number of users a customer and week with which all of them stay within the budget."""
    low, high = 1, 1_000_000
    while low < high:
        middle = (low + high + 1) // 2
        if users.clip(upper_bound=middle).sum() <= budget:
            low = middle
        else:
            high = middle - 1
    return low


def _calls(users: pl.DataFrame) -> pl.DataFrame:
    """One row a call: when, which way, whether it was answered, how long."""
    key = pl.col("key")
    local = (
        weighted(key, "day", _DAYS) * 86_400
        + weighted(key, "hour", _HOURS) * 3600
        + integer(key, "s", 0, 3599)
    )
    seconds = (local - pl.col("country").replace_strict(_OFFSETS) * 3600) % _WEEK_SECONDS
    week_start = (pl.col("week_end") - pl.duration(days=6)).cast(pl.Datetime("us"))
    talked = (exponential(key, "talked", 170) + 4).clip(upper_bound=3 * 3600).cast(pl.Int64)
    return (
        users.with_columns(call=pl.int_ranges(0, "calls"))
        .explode("call")
        .with_columns(key=beside(key, pl.col("call")))
        .with_columns(
            user_id=pl.format("{}-u{}", "customer_id", pl.col("user") + 1),
            started_at=(week_start + pl.duration(seconds=seconds)).dt.replace_time_zone("UTC"),
            direction=weighted(key, "direction", _DIRECTIONS),
            outcome=weighted(key, "outcome", _OUTCOMES),
            talked=talked,
        )
        .with_columns(day=pl.col("started_at").dt.date())
        .filter(pl.col("day") >= pl.col("begun"))
    )
