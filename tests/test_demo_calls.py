"""The demo's calls: complete weeks, of no more callers than are licensed, of every volume and quality."""

import polars as pl

from tests.demo_contract import Tables
from tests.demo_tables import DAY, TODAY, product_lines

pytest_plugins = ["tests.demo_fixture"]


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
