"""Calling analytics: usage, quality, features and queues, in weeks."""

from operator import itemgetter
from types import SimpleNamespace
from typing import Annotated, Any

import strawberry

from executor.declare import At, Load, itself, needs, related
from kpis import calling as kpi
from kpis.calling import TREND_WEEKS, latest_completed_week
from kpis.measures import Section
from resolvers.calling import MAXIMUM_WEEKS, OF_CUSTOMERS, TRENDS, CallingCustomers, measures_of, weeks_of
from resolvers.calling_details import ENDPOINT_QUALITY, FEATURE_USAGE
from resolvers.scope import require
from resolvers.viewer import Permission
from schema.arguments import AsOf, or_default
from schema.calling_customers import QUALITY_PAGE, QUEUES_PAGE, USAGE_PAGE
from schema.calling_enums import EndpointType
from schema.calling_figures import (
    CallingUsageFigures,
    CallQualityFigures,
    CallQueueFigures,
    FeatureUsage,
    Week,
    week_field,
)
from schema.info import Info

Weeks = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many weeks, 1 to {MAXIMUM_WEEKS}; the latest completed one is the last."
    ),
]
_TREND = " by week, oldest first; a week without data is zeros."


def _trend(section: Section) -> Any:
    def ask(root: Any, info: At, weeks: Weeks = TREND_WEEKS) -> Load:
        wanted = (weeks_of(root.as_of, or_default(weeks, TREND_WEEKS)), measures_of(section, info.columns))
        return Load(TRENDS[section.name], wanted, (("customers", root),), frozenset())

    return ask


def _queue_figures(root: Any, info: At) -> Load:
    wanted = ((latest_completed_week(root.as_of),), measures_of(kpi.QUEUES, info.columns))
    return Load(TRENDS[kpi.QUEUES.name], wanted, (("customers", root),), frozenset(), itemgetter(0))


def _by_endpoint_type(root: Any, info: At) -> Load:
    return Load(ENDPOINT_QUALITY, root, (("week", latest_completed_week(root.as_of)),), frozenset())


def _feature_usage(root: Any, info: At) -> Load:
    return Load(FEATURE_USAGE, root, (("week", latest_completed_week(root.as_of)),), frozenset())


def _latest_week(root: Any) -> Any:
    return week_field(SimpleNamespace(week=latest_completed_week(root.as_of)))


def _week() -> Any:
    return strawberry.field(
        resolver=_latest_week, graphql_type=Week, description="The latest completed week.", metadata=needs()
    )


@strawberry.type(description="How much customers call.")
class CallingUsage:
    trend = related(
        _trend(kpi.USAGE),
        type=list[CallingUsageFigures],
        cost=10,
        description="Users by volume, calls and minutes" + _TREND,
    )
    customers = USAGE_PAGE


@strawberry.type(description="The quality of an endpoint type's calls.")
class EndpointQuality:
    endpoint_type: EndpointType = strawberry.field(description="What the calls were made or taken with.")
    figures: CallQualityFigures = strawberry.field(description="How good they were.")


@strawberry.type(description="How good the answered calls were.")
class CallQuality:
    trend = related(
        _trend(kpi.QUALITY),
        type=list[CallQualityFigures],
        cost=10,
        description="Good, poor and unknown calls" + _TREND,
    )
    by_endpoint_type = related(
        _by_endpoint_type,
        type=list[EndpointQuality],
        cost=10,
        description="Every endpoint type in the latest completed week; calls that tell none are in no type.",
    )
    customers = QUALITY_PAGE


@strawberry.type(description="Which advanced features are used, over the customers that have call queues.")
class CallingFeatures:
    week = _week()
    usage = related(
        _feature_usage,
        type=list[FeatureUsage],
        cost=10,
        description="Every feature, those that nobody used as zeros.",
    )


@strawberry.type(
    description="How long callers wait in call queues. A customer has call queues in a week when any of its calls"
    " carries a queue."
)
class CallQueues:
    figures = related(
        _queue_figures,
        type=CallQueueFigures,
        cost=10,
        description="Of the latest completed week.",
    )
    trend = related(
        _trend(kpi.QUEUES),
        type=list[CallQueueFigures],
        cost=10,
        description="The same figures" + _TREND,
    )
    customers = QUEUES_PAGE


@strawberry.type(
    description="Calling analytics over the customers with a Calling line in force on each week's last day. All"
    " figures are of whole weeks; a week without data is zeros, its rates null."
)
class CallingAnalytics:
    week = _week()
    usage = itself(type=CallingUsage, description="How much they call.")
    quality = itself(type=CallQuality, description="How good calls are.")
    features = itself(type=CallingFeatures, description="Which features they use.")
    queues = itself(type=CallQueues, description="How their call queues do.")


def _of_customer(section: Section) -> Any:
    def ask(root: Any, info: At) -> Load:
        columns = measures_of(section, info.columns)
        return Load(OF_CUSTOMERS[section.name], root.customer, (("week", root.week),), columns)

    return ask


@strawberry.type(
    description="A customer's calling figures of the latest completed week: zeros if it had no Calling line in force"
    " on the week's last day."
)
class CustomerCalling:
    week = strawberry.field(
        resolver=week_field, graphql_type=Week, description="The latest completed week.", metadata=needs()
    )
    usage = related(_of_customer(kpi.USAGE), cost=10, type=CallingUsageFigures, description=kpi.USAGE.help)
    quality = related(
        _of_customer(kpi.QUALITY), cost=10, type=CallQualityFigures, description=kpi.QUALITY.help
    )
    queues = related(_of_customer(kpi.QUEUES), cost=10, type=CallQueueFigures, description=kpi.QUEUES.help)


def calling_of_customer(root: Any, info: Info, as_of: AsOf = None) -> Any:
    """`Customer.calling`. Raises Forbidden for those who may not see it."""
    require(info.context.viewer, Permission.VIEW_ANALYTICS, "calling figures")
    return SimpleNamespace(customer=root.id, week=latest_completed_week(info.context.day(as_of)))


def calling_of(root: Any) -> Any:
    """`Analytics.calling`, of the same customers on the same day."""
    return CallingCustomers(root.as_of, root.lines.criteria)
