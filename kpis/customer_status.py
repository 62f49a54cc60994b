"""A customer's statuses: each declared once, in order of urgency, as a condition over its entitlements' summary.

The summaries are aggregates over one customer's rows: `sub` of its subscriptions, `tri` of its trials, `lin` of
its license lines. How they are joined is the reader's choice; nothing here depends on it.
"""

from dataclasses import dataclass
from enum import StrEnum

from kpis.in_force import LINE_IN_FORCE, SUBSCRIPTION_IN_FORCE, TRIAL_IN_FORCE, ends_within, not_ended
from kpis.license_state import OVER_LIMIT

SUBSCRIPTION_SUMMARY = {
    "suspended": f"bool_or(s.status = 'SUSPENDED' AND {not_ended('s')})",
    "lasting": f"bool_or(s.status <> 'CANCELLED' AND {not_ended('s')})",
    "in_force": f"bool_or({SUBSCRIPTION_IN_FORCE})",
    "ending": (
        f"bool_or({SUBSCRIPTION_IN_FORCE} AND NOT s.auto_renew AND {ends_within('s', ':expiring_soon_days')})"
    ),
    "awaiting_setup": (
        f"bool_or((s.status = 'PENDING_SETUP' AND {not_ended('s')})"
        " OR (s.status = 'ACTIVE' AND s.start_date > :as_of))"
    ),
    "expires_on": f"min(s.end_date) FILTER (WHERE {SUBSCRIPTION_IN_FORCE} AND NOT s.auto_renew)",
    "renews_on": f"min(s.end_date) FILTER (WHERE {SUBSCRIPTION_IN_FORCE} AND s.auto_renew)",
}
TRIAL_SUMMARY = {
    "in_force": f"bool_or({TRIAL_IN_FORCE})",
    "ending": f"bool_or({TRIAL_IN_FORCE} AND {ends_within('t', ':expiring_soon_days')})",
    "expires_on": f"min(t.end_date) FILTER (WHERE {TRIAL_IN_FORCE})",
}
LINE_SUMMARY = {
    "overage": f"bool_or(NOT ls.is_trial AND {OVER_LIMIT})",
    "products": f"array_agg(DISTINCT ls.product) FILTER (WHERE {LINE_IN_FORCE})",
}


class CustomerStatus(StrEnum):
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    LICENSE_OVERAGE = "LICENSE_OVERAGE"
    EXPIRING_SOON = "EXPIRING_SOON"
    ORDER_READY_FOR_SETUP = "ORDER_READY_FOR_SETUP"
    NO_RECENT_ACTIVITY = "NO_RECENT_ACTIVITY"
    TRIAL = "TRIAL"
    SUBSCRIPTION = "SUBSCRIPTION"


@dataclass(frozen=True)
class StatusRule:
    """A status: what it tells, and when it applies to a customer `c`."""

    status: CustomerStatus
    help: str
    applies: str


STATUS_RULES = (
    StatusRule(
        CustomerStatus.SUSPENDED,
        "A subscription that has not ended is suspended for want of payment, or the whole organization is.",
        "(c.suspended OR coalesce(sub.suspended, false))",
    ),
    StatusRule(
        CustomerStatus.EXPIRED,
        "Every subscription has ended or is cancelled, or there never was one, and no trial is in force.",
        "(NOT coalesce(sub.lasting, false) AND NOT coalesce(tri.in_force, false))",
    ),
    StatusRule(
        CustomerStatus.LICENSE_OVERAGE,
        "More licenses of a product are assigned than a subscription in force holds.",
        "coalesce(lin.overage, false)",
    ),
    StatusRule(
        CustomerStatus.EXPIRING_SOON,
        "A trial, or a subscription that does not renew by itself, ends within `Policy.expiringSoonDays`.",
        "(coalesce(tri.ending, false) OR coalesce(sub.ending, false))",
    ),
    StatusRule(
        CustomerStatus.ORDER_READY_FOR_SETUP,
        "A subscription that has not ended still has to be set up, or is active but has not started yet.",
        "coalesce(sub.awaiting_setup, false)",
    ),
    StatusRule(
        CustomerStatus.NO_RECENT_ACTIVITY,
        "No administrator of the customer has signed in for more than `Policy.noRecentActivityDays`, or ever.",
        "coalesce(:as_of::date - (c.last_admin_sign_in_at AT TIME ZONE 'UTC')::date"
        " > :no_recent_activity_days::int, true)",
    ),
    StatusRule(CustomerStatus.TRIAL, "A trial is in force.", "coalesce(tri.in_force, false)"),
    StatusRule(CustomerStatus.SUBSCRIPTION, "A subscription is in force.", "coalesce(sub.in_force, false)"),
)

STATUSES = (
    "array_remove(ARRAY["
    + ", ".join(f"CASE WHEN {rule.applies} THEN '{rule.status}' END" for rule in STATUS_RULES)
    + "], NULL)"
)
PRIMARY_STATUS = "CASE " + " ".join(f"WHEN {r.applies} THEN '{r.status}'" for r in STATUS_RULES) + " END"
URGENCY = "CASE " + " ".join(f"WHEN {r.applies} THEN {rank}" for rank, r in enumerate(STATUS_RULES)) + " END"

NEXT_EXPIRATION_ON = "least(sub.expires_on, tri.expires_on)"
NEXT_RENEWAL_ON = "sub.renews_on"
NEARER_DATE = f"least({NEXT_EXPIRATION_ON}, {NEXT_RENEWAL_ON})"
