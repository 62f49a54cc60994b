"""Subscriptions and trials: their columns, filters and orders, and the lists that they stand in."""

from enum import StrEnum
from functools import cache

from kpis.in_force import SUBSCRIPTION_IN_FORCE, SUBSCRIPTION_STATUS, TRIAL_IN_FORCE, TRIAL_STATUS
from resolvers.criteria import CONTAINS_WORDS
from resolvers.entity import Entity, Join
from resolvers.listing import Listing
from resolvers.order import Key, Order, directed
from resolvers.relations import by_id
from resolvers.row import Row


class SubscriptionRow(Row):
    """A subscription."""


class TrialRow(Row):
    """A trial."""


TRIAL_DISPLAY_ID = "Enterprise trial"

SUBSCRIPTION = Entity(
    "Subscription",
    SubscriptionRow,
    "subscriptions s",
    customer="s.customer_id",
    columns={
        "subscription_id": "s.external_id",
        "display_id": "s.external_id",
        "customer_id": "s.customer_id",
        "status": SUBSCRIPTION_STATUS,
        "added_on": "s.added_on",
        "start_date": "s.start_date",
        "end_date": "s.end_date",
        "in_force": SUBSCRIPTION_IN_FORCE,
        "auto_renew": "s.auto_renew",
        "renews_on": "CASE WHEN s.auto_renew THEN s.end_date END",
        "days_until_expiration": "CASE WHEN NOT s.auto_renew THEN s.end_date - :as_of::date END",
        "days_until_renewal": "CASE WHEN s.auto_renew THEN s.end_date - :as_of::date END",
    },
    joins={"sc": Join("JOIN customers sc ON sc.partner_id = :partner AND sc.id = s.customer_id")},
)
TRIAL = Entity(
    "Trial",
    TrialRow,
    "trials t",
    customer="t.customer_id",
    columns={
        "trial_id": "t.external_id",
        "display_id": f"'{TRIAL_DISPLAY_ID}'::text",
        "customer_id": "t.customer_id",
        "status": TRIAL_STATUS,
        "added_on": "t.added_on",
        "start_date": "t.start_date",
        "end_date": "t.end_date",
        "in_force": TRIAL_IN_FORCE,
        "days_until_expiration": "t.end_date - :as_of::date",
        "started_by_id": "t.started_by_id",
        "started_by_name": "sb.display_name",
        "converted_to_id": "t.converted_to_id",
    },
    joins={"sb": Join("LEFT JOIN partner_admins sb ON sb.partner_id = :partner AND sb.id = t.started_by_id")},
)
STARTED_BY = ("started_by_id", "started_by_name")
"""What a trial tells of who started it: a parent of PARTNER_ADMINS_TOLD."""


def _has_product(key: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM licenses l WHERE l.partner_id = :partner AND {key}"
        " AND l.product = ANY(:products::text[]))"
    )


SUBSCRIPTION_CRITERIA = {
    "statuses": f"{SUBSCRIPTION_STATUS} = ANY(:statuses::text[])",
    "products": _has_product("l.subscription_id = s.id"),
    "auto_renew": "s.auto_renew = :auto_renew::bool",
    "ends_from": "s.end_date >= :ends_from::date",
    "ends_to": "s.end_date <= :ends_to::date",
    "search": CONTAINS_WORDS.format(text="s.search_text || chr(10) || sc.search_text"),
}
TRIAL_CRITERIA = {
    "statuses": f"{TRIAL_STATUS} = ANY(:statuses::text[])",
    "products": _has_product("l.trial_id = t.id"),
    "ends_from": "t.end_date >= :ends_from::date",
    "ends_to": "t.end_date <= :ends_to::date",
}


class SubscriptionType(StrEnum):
    SUBSCRIPTION = "SUBSCRIPTION"
    TRIAL = "TRIAL"


class SubscriptionOrderField(StrEnum):
    SUBSCRIPTION_ID = "SUBSCRIPTION_ID"
    START_DATE = "START_DATE"
    END_DATE = "END_DATE"
    ADDED_ON = "ADDED_ON"


class TrialOrderField(StrEnum):
    START_DATE = "START_DATE"
    END_DATE = "END_DATE"
    ADDED_ON = "ADDED_ON"


_SUBSCRIPTION_TIES = (Key("s.external_id"),)
_SUBSCRIPTION_ORDERS = {
    SubscriptionOrderField.SUBSCRIPTION_ID: _SUBSCRIPTION_TIES,
    SubscriptionOrderField.START_DATE: (Key("s.start_date", "date"),),
    SubscriptionOrderField.END_DATE: (Key("s.end_date", "date"),),
    SubscriptionOrderField.ADDED_ON: (Key("s.added_on", "date"),),
}
_TRIAL_TIES = (Key("t.external_id"),)
_TRIAL_ORDERS = {
    TrialOrderField.START_DATE: (Key("t.start_date", "date"),),
    TrialOrderField.END_DATE: (Key("t.end_date", "date"),),
    TrialOrderField.ADDED_ON: (Key("t.added_on", "date"),),
}


@cache
def subscription_order(
    field: SubscriptionOrderField = SubscriptionOrderField.SUBSCRIPTION_ID, *, descending: bool = False
) -> Order:
    keys = _SUBSCRIPTION_ORDERS[field]
    return directed(f"subscriptions by {field}", keys, _SUBSCRIPTION_TIES, descending=descending)


@cache
def trial_order(field: TrialOrderField = TrialOrderField.END_DATE, *, descending: bool = False) -> Order:
    return directed(f"trials by {field}", _TRIAL_ORDERS[field], _TRIAL_TIES, descending=descending)


SUBSCRIPTION_BY_ID = by_id(SUBSCRIPTION)
SUBSCRIPTIONS = Listing(SUBSCRIPTION, SUBSCRIPTION_CRITERIA)
SUBSCRIPTIONS_OF_CUSTOMER = Listing(
    SUBSCRIPTION, SUBSCRIPTION_CRITERIA, "s.customer_id = parent.id", short=True
)
TRIAL_BY_ID = by_id(TRIAL)
TRIALS = Listing(TRIAL, TRIAL_CRITERIA)
TRIALS_OF_CUSTOMER = Listing(TRIAL, TRIAL_CRITERIA, "t.customer_id = parent.id", short=True)
