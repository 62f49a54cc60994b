"""What makes a call good, as SQL over call records `c`. An answered call is good, poor or of unknown quality."""

_METRICS = ("packet_loss_percent", "latency_ms", "jitter_ms")

ANSWERED = "c.outcome = 'ANSWERED'"
GOOD = "(" + " AND ".join([ANSWERED, *(f"c.{name} < :good_call_{name}::float8" for name in _METRICS)]) + ")"
UNKNOWN = f"({ANSWERED} AND num_nulls({', '.join(f'c.{name}' for name in _METRICS)}) > 0)"
POOR = (
    f"({ANSWERED} AND ("
    + " OR ".join(f"c.{name} >= :good_call_{name}::float8" for name in _METRICS)
    + f") AND num_nulls({', '.join(f'c.{name}' for name in _METRICS)}) = 0)"
)

QUALITIES = {"good": GOOD, "poor": POOR, "unknown": UNKNOWN}
