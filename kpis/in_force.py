"""When an entitlement is in force, and until when: the dates that everything else is built of."""

from enum import StrEnum


class SubscriptionStatus(StrEnum):
    """How a subscription stands on D: its stored state, or that it has ended."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_SETUP = "PENDING_SETUP"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class TrialStatus(StrEnum):
    """How a trial stands on D: its stored state, or that it has run out."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    CONVERTED = "CONVERTED"


def in_force(dates: str, active: str, on: str = ":as_of") -> str:
    """start ≤ D ≤ end, and active. `dates` is the alias that holds them, `active` the condition on the state."""
    return f"({active} AND {dates}.start_date <= {on} AND {dates}.end_date >= {on})"


def not_ended(dates: str) -> str:
    return f"({dates}.end_date >= :as_of)"


def ends_within(dates: str, days: str) -> str:
    """0 ≤ days until the end ≤ n."""
    return f"({dates}.end_date BETWEEN :as_of AND :as_of::date + {days}::int)"


SUBSCRIPTION_IN_FORCE = in_force("s", "s.status = 'ACTIVE'")
TRIAL_IN_FORCE = in_force("t", "t.status = 'ACTIVE'")
LINE_IN_FORCE = in_force("ls", "ls.active")

SUBSCRIPTION_STATUS = "CASE WHEN s.end_date < :as_of THEN 'EXPIRED' ELSE s.status END"
TRIAL_STATUS = "CASE WHEN t.status = 'ACTIVE' AND t.end_date < :as_of THEN 'EXPIRED' ELSE t.status END"
