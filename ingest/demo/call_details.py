"""What a call record tells beyond who, when and how long: queues, endpoints, media quality, features."""

import polars as pl

from ingest.demo.draws import beside, chance, exponential, integer, uniform, weighted

_KEY, _CUSTOMER_KEY = pl.col("key"), pl.col("customer_key")
_INBOUND = pl.col("direction") == "INBOUND"
_ANSWERED = pl.col("outcome") == "ANSWERED"

_QUEUES = {"Support": 4, "Sales": 3, "Billing": 2, "Reception": 1}
_QUEUE_OUTCOMES = {"ANSWERED": 10, "OVERFLOWED": 1}

_ENDPOINTS = {
    "WXC_CLIENT": 45,
    "WXC_DEVICE": 27,
    "TEAMS_WXC_CLIENT": 11,
    "WXC_SIP_GW": 9,
    "SIP": 5,
    "WXC_THIRD_PARTY": 3,
}
_POOR = {
    "WXC_CLIENT": 0.025,
    "WXC_DEVICE": 0.012,
    "TEAMS_WXC_CLIENT": 0.03,
    "WXC_SIP_GW": 0.05,
    "SIP": 0.04,
    "WXC_THIRD_PARTY": 0.08,
}

# How often a call uses the feature, and which calls can.
_FEATURES = {
    "CALL_QUEUE": (1.0, pl.col("queue").is_not_null()),
    "AUTO_ATTENDANT": (0.12, _INBOUND),
    "HUNT_GROUP": (0.06, _INBOUND & pl.col("queue").is_null()),
    "CALL_PARK": (0.015, _ANSWERED),
    "CALL_PICKUP": (0.03, _INBOUND & _ANSWERED),
    "CALL_FORWARD": (0.05, _INBOUND),
    "CALL_TRANSFER": (0.06, _ANSWERED),
    "VOICEMAIL": (0.4, _INBOUND & (pl.col("outcome") == "UNANSWERED")),
    "CALL_RECORDING": (0.07, _ANSWERED),
    "PAGING_GROUP": (0.015, pl.col("direction") == "INTERNAL"),
    "SINGLE_NUMBER_REACH": (0.03, _INBOUND),
}


def with_queues(calls: pl.DataFrame) -> pl.DataFrame:
    """Queue calls of the customers that have queues; on their bad days many callers give up."""
    queued = chance(_CUSTOMER_KEY, "queues", 0.3) & _INBOUND & chance(_KEY, "queued", 0.5)
    bad_day = chance(beside(_CUSTOMER_KEY, pl.col("day").to_physical()), "bad day", 0.05)
    abandoned = chance(_KEY, "abandoned", pl.when(bad_day).then(0.55).otherwise(0.07))
    name = pl.when(chance(_CUSTOMER_KEY, "one queue", 0.4)).then(pl.lit("Front desk"))
    outcome = (
        pl.when(abandoned).then(pl.lit("ABANDONED")).otherwise(weighted(_KEY, "moved on", _QUEUE_OUTCOMES))
    )
    wait = exponential(_KEY, "wait", pl.when(bad_day).then(120).otherwise(24)) + 2
    longer = pl.when(pl.col("queue_outcome") == "ANSWERED").then(0).otherwise(integer(_KEY, "longer", 15, 60))
    ended = (
        pl.when(pl.col("queue_outcome") == "ABANDONED")
        .then(pl.lit("UNANSWERED"))
        .otherwise(pl.lit("ANSWERED"))
    )
    in_queue = pl.col("queue").is_not_null()
    return calls.with_columns(
        queue=pl.when(queued).then(name.otherwise(weighted(_KEY, "queue", _QUEUES))),
        queue_outcome=pl.when(queued).then(outcome),
    ).with_columns(
        queue_wait_seconds=pl.when(in_queue).then(wait.cast(pl.Int64) + longer),
        outcome=pl.when(in_queue).then(ended).otherwise("outcome"),
    )


def with_endpoints(calls: pl.DataFrame) -> pl.DataFrame:
    """The kind of endpoint, rarely untold; the talking time of the calls that were answered."""
    told = chance(_KEY, "endpoint told", 0.98)
    return calls.with_columns(
        endpoint_type=pl.when(told).then(weighted(_KEY, "endpoint", _ENDPOINTS)),
        duration_seconds=pl.when(_ANSWERED).then("talked").otherwise(0),
    )


def with_metrics(calls: pl.DataFrame) -> pl.DataFrame:
    """Loss, delay and jitter of most answered calls: poor ones come in bad days, to some customers more often."""
    measured = _ANSWERED & chance(
        _KEY, "measured", pl.when(pl.col("endpoint_type") == "SIP").then(0.4).otherwise(0.95)
    )
    troubled = chance(_CUSTOMER_KEY, "troubled", 0.1)
    bad_day = chance(
        beside(_CUSTOMER_KEY, pl.col("day").to_physical()),
        "bad line",
        pl.when(troubled).then(0.25).otherwise(0.02),
    )
    usual = pl.col("endpoint_type").replace_strict(_POOR, default=0.03, return_dtype=pl.Float64)
    poor = chance(_KEY, "poor", usual + pl.when(bad_day).then(0.35).otherwise(0.0))
    cause = pl.when(poor).then(integer(_KEY, "cause", 0, 2)).otherwise(3)
    loss = (
        pl.when(cause == 0).then(uniform(_KEY, "lost", 5, 18)).otherwise(uniform(_KEY, "loss", 0, 1.6) ** 3)
    )
    late = (
        pl.when(cause == 1).then(integer(_KEY, "late", 400, 900)).otherwise(integer(_KEY, "latency", 18, 240))
    )
    uneven = (
        pl.when(cause == 2).then(integer(_KEY, "uneven", 150, 400)).otherwise(integer(_KEY, "jitter", 1, 45))
    )
    return calls.with_columns(
        packet_loss_percent=pl.when(measured).then(loss.round(2)),
        latency_ms=pl.when(measured).then(late),
        jitter_ms=pl.when(measured).then(uneven),
    )


def with_features(calls: pl.DataFrame) -> pl.DataFrame:
    """The features that the call used, if any."""
    used = pl.concat_str(
        [
            pl.when(fits & chance(_KEY, name, share)).then(pl.lit(name))
            for name, (share, fits) in _FEATURES.items()
        ],
        separator="|",
        ignore_nulls=True,
    )
    return calls.with_columns(features=used).with_columns(
        features=pl.when(pl.col("features") != "").then("features")
    )
