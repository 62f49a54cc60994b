"""Calling analytics: usage, quality, features and queues, in weeks."""

from types import SimpleNamespace
from typing import Annotated, Any

import strawberry

from kpis import calling as kpi
from kpis.calling import TREND_WEEKS, latest_completed_week
from kpis.measures import Section
from resolvers.calling import OF_CUSTOMERS, TRENDS, CallingCustomers, weeks_of
from resolvers.calling_details import ENDPOINT_QUALITY, FEATURE_USAGE
from resolvers.scope import require
from resolvers.viewer import Permission
from schema.arguments import AsOf
from schema.calling_customers import QUALITY_PAGE, QUEUES_PAGE, USAGE_PAGE
from schema.calling_enums import EndpointType
from schema.calling_figures import (
    CallingUsageFigures,
    CallQualityFigures,
    CallQueueFigures,
    FeatureUsage,
    Week,
    measures_wanted,
    week_field,
)
from schema.selection import Info, needs

Weeks = Annotated[
    int, strawberry.argument(description="How many weeks; the latest completed one is the last.")
]
_TREND = " by week, oldest first; a week without data is zeros."


def _trend(section: Section) -> Any:
    async def resolve(root: Any, info: Info, weeks: Weeks = TREND_WEEKS) -> Any:
        wanted = (weeks_of(root.as_of, weeks), measures_wanted(info, section))
        return await info.context.load(TRENDS[section.name], wanted, (("customers", root),))

    return resolve


async def _queue_figures(root: Any, info: Info) -> Any:
    wanted = ((latest_completed_week(root.as_of),), measures_wanted(info, kpi.QUEUES))
    return (await info.context.load(TRENDS[kpi.QUEUES.name], wanted, (("customers", root),)))[0]


async def _by_endpoint_type(root: Any, info: Info) -> Any:
    arguments = (("week", latest_completed_week(root.as_of)),)
    return await info.context.load(ENDPOINT_QUALITY, root, arguments)


async def _feature_usage(root: Any, info: Info) -> Any:
    arguments = (("week", latest_completed_week(root.as_of)),)
    return await info.context.load(FEATURE_USAGE, root, arguments)


def _latest_week(root: Any) -> Any:
    return week_field(SimpleNamespace(week=latest_completed_week(root.as_of)))


def _week() -> Any:
    return strawberry.field(
        resolver=_latest_week, graphql_type=Week, description="The latest completed week.", metadata=needs()
    )


@strawberry.type(description="How much customers call.")
class CallingUsage:
    trend = strawberry.field(
        resolver=_trend(kpi.USAGE),
        graphql_type=list[CallingUsageFigures],
        description="Users by volume, calls and minutes" + _TREND,
    )
    customers = USAGE_PAGE


@strawberry.type(description="The quality of an endpoint type's calls.")
class EndpointQuality:
    endpoint_type: EndpointType = strawberry.field(description="What the calls were made or taken with.")
    figures: CallQualityFigures = strawberry.field(description="How good they were.")


@strawberry.type(description="How good the answered calls were.")
class CallQuality:
    trend = strawberry.field(
        resolver=_trend(kpi.QUALITY),
        graphql_type=list[CallQualityFigures],
        description="Good, poor and unknown calls" + _TREND,
    )
    by_endpoint_type = strawberry.field(
        resolver=_by_endpoint_type,
        graphql_type=list[EndpointQuality],
        description="Every endpoint type in the latest completed week; calls that tell none are in no type.",
    )
    customers = QUALITY_PAGE


@strawberry.type(description="Which advanced features are used, over the customers that have call queues.")
class CallingFeatures:
    week = _week()
    usage = strawberry.field(
        resolver=_feature_usage,
        graphql_type=list[FeatureUsage],
        description="Every feature, those that nobody used as zeros.",
    )


@strawberry.type(
    description="How long callers wait in call queues. A customer has call queues in a week when any of its calls"
    " carries a queue."
)
class CallQueues:
    figures = strawberry.field(
        resolver=_queue_figures,
        graphql_type=CallQueueFigures,
        description="Of the latest completed week.",
    )
    trend = strawberry.field(
        resolver=_trend(kpi.QUEUES),
        graphql_type=list[CallQueueFigures],
        description="The same figures" + _TREND,
    )
    customers = QUEUES_PAGE


def _itself(root: Any) -> Any:
    return root


@strawberry.type(
    description="Calling analytics over the customers with a Calling line in force on each week's last day. All"
    " figures are of whole weeks; a week without data is zeros, its rates null."
)
class CallingAnalytics:
    week = _week()
    usage = strawberry.field(resolver=_itself, graphql_type=CallingUsage, description="How much they call.")
    quality = strawberry.field(resolver=_itself, graphql_type=CallQuality, description="How good calls are.")
    features = strawberry.field(
        resolver=_itself, graphql_type=CallingFeatures, description="Which features they use."
    )
    queues = strawberry.field(
        resolver=_itself, graphql_type=CallQueues, description="How their call queues do."
    )


def _of_customer(section: Section) -> Any:
    async def resolve(root: Any, info: Info) -> Any:
        columns = measures_wanted(info, section)
        return await info.context.load(
            OF_CUSTOMERS[section.name], root.customer, (("week", root.week),), columns
        )

    return resolve


@strawberry.type(
    description="A customer's calling figures of the latest completed week: zeros if it had no Calling line in force"
    " on the week's last day."
)
class CustomerCalling:
    week = strawberry.field(
        resolver=week_field, graphql_type=Week, description="The latest completed week.", metadata=needs()
    )
    usage = strawberry.field(
        resolver=_of_customer(kpi.USAGE), graphql_type=CallingUsageFigures, description=kpi.USAGE.help
    )
    quality = strawberry.field(
        resolver=_of_customer(kpi.QUALITY), graphql_type=CallQualityFigures, description=kpi.QUALITY.help
    )
    queues = strawberry.field(
        resolver=_of_customer(kpi.QUEUES), graphql_type=CallQueueFigures, description=kpi.QUEUES.help
    )


def calling_of_customer(root: Any, info: Info, as_of: AsOf = None) -> Any:
    """`Customer.calling`. Raises Forbidden for those who may not see it."""
    require(info.context.viewer, Permission.VIEW_ANALYTICS, "calling figures")
    return SimpleNamespace(customer=root.id, week=latest_completed_week(as_of or info.context.today))


def calling_of(root: Any) -> Any:
    """`Analytics.calling`, of the same customers on the same day."""
    return CallingCustomers(root.as_of, root.lines.criteria)
