"""The tables of calling analytics: a row for each customer that the week covers."""

from enum import StrEnum

from kpis import calling as kpi
from kpis.calling import covering_lines, last_day, licensed_users, of_row
from models.call_weeks import WEEK
from resolvers.analytics import ListingOfDay
from resolvers.calling import MEASURES, CallingCustomers
from resolvers.customers import CUSTOMER, CUSTOMER_CRITERIA
from resolvers.entity import Entity, Join, Summary
from resolvers.listing import Listing
from resolvers.order import Key, Order, directed
from resolvers.page import Narrowing
from resolvers.row import Row


class CustomerCallingRow(Row):
    """A customer's figures in a week."""


_COVERS = "c.id IN (SELECT ls.customer_id FROM license_states ls WHERE {})"
_COVERED = _COVERS.format(covering_lines(":last_day::date"))
_COVERED_BEFORE = _COVERS.format(covering_lines(":last_day_before::date"))
_HAS_QUEUES = "cq.calls > 0"

_LICENSED = Summary(
    "license_states ls",
    "ls.customer_id",
    "c.id",
    {"licensed": licensed_users(":last_day::date")},
    where=covering_lines(":last_day::date"),
)
_NOW = Join(
    "LEFT JOIN calling_weeks cw ON cw.partner_id = :partner AND cw.week = :week::date AND cw.customer_id = c.id"
)
_BEFORE = Join(
    "LEFT JOIN calling_weeks before ON before.partner_id = :partner AND before.week = :week_before::date"
    f" AND before.customer_id = c.id AND {_COVERED_BEFORE}"
)
_QUEUES = Summary(
    "calling_queue_weeks q",
    "q.customer_id",
    "c.id",
    {
        name: f"sum(q.{name})"
        for name in (
            "calls",
            "answered",
            "overflowed",
            "abandoned",
            "answer_seconds",
            "answer_waits",
            "abandon_seconds",
            "abandon_waits",
        )
    },
    where="q.week = :week::date",
)


def _before(sql: str) -> str:
    return sql.replace("cw.", "before.")


_CALLS, _ACTIVE, _POOR_RATE = of_row(kpi.CALLS), of_row(kpi.ACTIVE_USERS), of_row(kpi.POOR_RATE)
_CALLS_CHANGE = f"({_CALLS} - {_before(_CALLS)})"
_CUSTOMER = {"customer_id": "c.id", "week": ":week::date"}


def _columns(section: str) -> dict[str, str]:
    return _CUSTOMER | {name: of_row(measure) for name, measure in MEASURES[section].items()}


USAGE_ROWS = ListingOfDay(
    Entity(
        "CustomerCallingUsage",
        CustomerCallingRow,
        "customers c",
        customer="c.id",
        columns=_columns(kpi.USAGE.name)
        | {"active_users_change": f"{_ACTIVE} - {_before(_ACTIVE)}", "calls_change": _CALLS_CHANGE},
        joins={**CUSTOMER.joins, "cov": _LICENSED, "cw": _NOW, "before": _BEFORE},
    ),
    CUSTOMER_CRITERIA,
)
QUALITY_ROWS = ListingOfDay(
    Entity(
        "CustomerCallQuality",
        CustomerCallingRow,
        "customers c",
        customer="c.id",
        columns=_columns(kpi.QUALITY.name) | {"poor_rate_change": f"{_POOR_RATE} - {_before(_POOR_RATE)}"},
        joins={**CUSTOMER.joins, "cw": _NOW, "before": _BEFORE},
    ),
    CUSTOMER_CRITERIA,
)
QUEUE_ROWS = ListingOfDay(
    Entity(
        "CustomerCallQueue",
        CustomerCallingRow,
        "customers c",
        customer="c.id",
        columns=_columns(kpi.QUEUES.name),
        joins={**CUSTOMER.joins, "cq": _QUEUES},
    ),
    CUSTOMER_CRITERIA,
)


def covered_customers(listing: Listing, customers: CallingCustomers) -> Narrowing:
    """The rows of a table: the analysis' customers that its week covers; for queues, those that have any."""
    week = kpi.latest_completed_week(customers.as_of)
    criteria = listing.narrowed(customers.criteria)
    where = (*criteria.where, _COVERED, *((_HAS_QUEUES,) if listing is QUEUE_ROWS else ()))
    values = {
        "week": week,
        "week_before": week - WEEK,
        "last_day": last_day(week),
        "last_day_before": last_day(week - WEEK),
    }
    return Narrowing(where, (*criteria.values, *values.items()), customers.as_of)


class CustomerCallingUsageOrderField(StrEnum):
    CUSTOMER_NAME = "CUSTOMER_NAME"
    CALLS = "CALLS"
    ACTIVE_USERS = "ACTIVE_USERS"
    CALLS_CHANGE = "CALLS_CHANGE"


class CustomerCallQualityOrderField(StrEnum):
    CUSTOMER_NAME = "CUSTOMER_NAME"
    POOR = "POOR"
    POOR_RATE = "POOR_RATE"


class CustomerCallQueueOrderField(StrEnum):
    CUSTOMER_NAME = "CUSTOMER_NAME"
    CALLS = "CALLS"
    ABANDONED_RATE = "ABANDONED_RATE"
    AVERAGE_ANSWER = "AVERAGE_ANSWER"


OrderField = CustomerCallingUsageOrderField | CustomerCallQualityOrderField | CustomerCallQueueOrderField

_NAME = Key("c.name")
_TIES = (_NAME, Key("c.external_id"))
_ORDERS: dict[type[OrderField], dict[str, Key]] = {
    CustomerCallingUsageOrderField: {
        "CUSTOMER_NAME": _NAME,
        "CALLS": Key(_CALLS, "int"),
        "ACTIVE_USERS": Key(_ACTIVE, "int"),
        "CALLS_CHANGE": Key(_CALLS_CHANGE, "int"),
    },
    CustomerCallQualityOrderField: {
        "CUSTOMER_NAME": _NAME,
        "POOR": Key(of_row(kpi.POOR), "int"),
        "POOR_RATE": Key(_POOR_RATE, "float8", nullable=True),
    },
    CustomerCallQueueOrderField: {
        "CUSTOMER_NAME": _NAME,
        "CALLS": Key(of_row(kpi.QUEUE_CALLS), "bigint"),
        "ABANDONED_RATE": Key(of_row(kpi.ABANDONED_RATE), "float8", nullable=True),
        "AVERAGE_ANSWER": Key(of_row(kpi.AVERAGE_ANSWER), "float8", nullable=True),
    },
}


def calling_order(field: OrderField, *, descending: bool = False) -> Order:
    kind = type(field)
    return directed(f"{kind.__name__} {field}", (_ORDERS[kind][field],), _TIES, descending=descending)
