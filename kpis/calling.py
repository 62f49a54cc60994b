"""Calling analytics: each figure declared once, under its name, over the roll-ups by week and customer.

`cw` is a row of calling_weeks, `cq` one of calling_queue_weeks, `cov` a customer that a week covers, with its
licensed users. A week covers the customers with a Calling line in force on its last day, a Saturday.
"""

from datetime import date, timedelta
from enum import StrEnum

from kpis.in_force import in_force
from kpis.license_state import assigned_on
from kpis.measures import Measure, Ratio, Section, Sum
from models.call_weeks import WEEK, week_of

TREND_WEEKS = 8
_DAYS_TO_LAST = 6


class UsageVolume(StrEnum):
    NONE = "NONE"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


def latest_completed_week(as_of: date) -> date:
    """The Sunday of the newest week that ended on or before the day's beginning."""
    return week_of(as_of) - WEEK


def trend_weeks(as_of: date, weeks: int) -> tuple[date, ...]:
    """The Sundays of so many weeks, oldest first; the latest completed one is the last."""
    latest = latest_completed_week(as_of)
    return tuple(latest - back * WEEK for back in range(weeks - 1, -1, -1))


def last_day(week: date) -> date:
    return week + timedelta(days=_DAYS_TO_LAST)


def last_day_of(week: str) -> str:
    """The same in SQL."""
    return f"({week} + {_DAYS_TO_LAST})"


def covering_lines(on: str) -> str:
    """The condition that the line `ls` makes a week cover its customer, of which `on` is the last day."""
    return f"ls.partner_id = :partner AND ls.product = 'CALLING' AND {in_force('ls', 'ls.active', on)}"


def licensed_users(on: str) -> str:
    """Σ assigned over such lines."""
    return f"sum({assigned_on(on)})"


_LOW = Sum("low_users", "", "cw.low_users")
_MEDIUM = Sum("medium_users", "", "cw.medium_users")
_HIGH = Sum("high_users", "", "cw.high_users")
_ACTIVE = "(cw.low_users + cw.medium_users + cw.high_users)"
_NONE = Sum("none_users", "", f"greatest(cov.licensed - coalesce({_ACTIVE}, 0), 0)")
VOLUMES: dict[UsageVolume, Measure] = {
    UsageVolume.NONE: _NONE,
    UsageVolume.LOW: _LOW,
    UsageVolume.MEDIUM: _MEDIUM,
    UsageVolume.HIGH: _HIGH,
}

ACTIVE_USERS = Sum(
    "active_users",
    "Users with a call in the week; one who calls for two customers counts for both.",
    _ACTIVE,
    formula="Σ users with a call",
    unit="users",
)
CALLS = Sum("calls", "Calls that started in the week.", "cw.calls", formula="Σ calls", unit="calls")
USAGE = Section(
    "usage",
    "CallingUsageFigures",
    "How much was called in a week.",
    (
        Sum(
            "licensed_users",
            "Calling licenses assigned to users on the week's last day.",
            "cov.licensed",
            formula="Σ assigned over the lines in force",
            unit="users",
        ),
        ACTIVE_USERS,
        CALLS,
        Sum(
            "minutes",
            "How long the calls took together.",
            "cw.seconds",
            formula="Σ duration / 60",
            unit="minutes",
            per=60,
        ),
    ),
)

GOOD = Sum(
    "good",
    "Answered calls whose packet loss, latency and jitter all stay below the thresholds of `Policy`.",
    "cw.good",
    formula="Σ answered calls with loss < goodCallPacketLossPercent, latency < goodCallLatencyMs"
    " and jitter < goodCallJitterMs",
    unit="calls",
)
POOR = Sum(
    "poor",
    "Answered calls with metrics that are not good.",
    "cw.poor",
    formula="Σ answered calls with metrics − good",
    unit="calls",
)
UNKNOWN = Sum(
    "unknown",
    "Answered calls of which a metric is missing.",
    "cw.unknown",
    formula="Σ answered calls without metrics",
    unit="calls",
)
_WITH_METRICS = Sum("with_metrics", "", "(cw.good + cw.poor)")
POOR_RATE = Ratio(
    "poor_rate",
    "How many of the calls with metrics were poor.",
    over=POOR,
    under=_WITH_METRICS,
    formula="poor / (good + poor)",
)
QUALITY = Section(
    "quality",
    "CallQualityFigures",
    "How good the answered calls of a week were.",
    (GOOD, POOR, UNKNOWN, POOR_RATE),
)


def _queue_calls(name: str, help: str, formula: str) -> Sum:
    return Sum(name, help, f"cq.{name}", formula=formula, unit="calls")


QUEUE_CALLS = _queue_calls("calls", "Calls that came through a call queue.", "Σ calls that carry a queue")
ABANDONED = _queue_calls(
    "abandoned",
    "Queue calls whose caller hung up or left a message.",
    "Σ queue calls with the outcome ABANDONED",
)


def _mean_wait(name: str, help: str, waits: str, formula: str) -> Ratio:
    seconds = Sum(f"{waits}_seconds", "", f"cq.{waits}_seconds")
    calls = Sum(f"{waits}_waits", "", f"cq.{waits}_waits")
    return Ratio(name, help, over=seconds, under=calls, formula=formula, unit="seconds")


AVERAGE_ANSWER = _mean_wait(
    "average_answer_seconds",
    "How long callers waited until an agent answered or they moved on to another queue, on average.",
    "answer",
    "Σ wait / calls with a wait, of those answered or overflowed",
)
ABANDONED_RATE = Ratio(
    "abandoned_rate",
    "How many of the queue calls were abandoned.",
    over=ABANDONED,
    under=QUEUE_CALLS,
    formula="abandoned / calls",
)
QUEUES = Section(
    "queues",
    "CallQueueFigures",
    "What became of a week's queue calls, and how long callers waited: over calls, not averages of averages.",
    (
        QUEUE_CALLS,
        _queue_calls(
            "answered", "Queue calls that an agent answered.", "Σ queue calls with the outcome ANSWERED"
        ),
        _queue_calls(
            "overflowed",
            "Queue calls that moved on to another queue.",
            "Σ queue calls with the outcome OVERFLOWED",
        ),
        ABANDONED,
        AVERAGE_ANSWER,
        _mean_wait(
            "average_wait_before_abandonment_seconds",
            "How long callers waited before they gave up, on average.",
            "abandon",
            "Σ wait / calls with a wait, of those abandoned",
        ),
        ABANDONED_RATE,
    ),
)

CALLING_SECTIONS = (USAGE, QUALITY, QUEUES)


def summed(measure: Measure) -> str:
    """The measure over several rows."""
    match measure:
        case Sum(per=None):
            return f"coalesce(sum({measure.term}), 0)::bigint"
        case Sum():
            return f"coalesce(sum({measure.term}), 0)::float8 / {measure.per}"
        case Ratio(over=Sum() as over, under=Sum() as under):
            return f"sum({over.term})::float8 / nullif(sum({under.term}), 0)"
    raise AssertionError(measure)


def of_row(measure: Measure) -> str:
    """The measure of one row, which may be missing."""
    match measure:
        case Sum(per=None):
            return f"coalesce({measure.term}, 0)"
        case Sum():
            return f"(coalesce({measure.term}, 0)::float8 / {measure.per})"
        case Ratio(over=Sum() as over, under=Sum() as under):
            return f"({over.term}::float8 / nullif({under.term}, 0))"
    raise AssertionError(measure)
