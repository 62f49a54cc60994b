"""What has to be true of a row beyond each of its values."""

import polars as pl

from ingest.spec import Check

ENDS_AFTER_IT_STARTS = Check(
    "end_date",
    ("start_date", "end_date"),
    pl.col("end_date") >= pl.col("start_date"),
    "{end_date} is before start_date {start_date}",
)
SUBSCRIPTION_OR_TRIAL = Check(
    "trial_id",
    ("subscription_id", "trial_id"),
    pl.col("subscription_id").is_null() != pl.col("trial_id").is_null(),
    "exactly one of subscription_id and trial_id has to be given",
)

# Each week with a call is a partition: a few misspelt years are not to make thousands.
NOT_LONG_AGO_OR_AHEAD = Check(
    "started_at",
    ("started_at",),
    pl.col("started_at").dt.year().is_between(1990, 2099),
    "{started_at} is before 1990 or after 2099",
)
