"""Calling figures of a week: the types that trends, tables and customers share."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import strawberry

from executor.declare import needs
from kpis import calling as kpi
from schema.calling_enums import CallingFeature, UsageVolume
from schema.kpis import section_type


@strawberry.type(description="A week, from Sunday 00:00 to the next Sunday 00:00 UTC.")
class Week:
    start: date = strawberry.field(description="Its first day, a Sunday.")
    end: date = strawberry.field(description="Its last day, a Saturday.")


def week_field(root: Any) -> Any:
    return SimpleNamespace(start=root.week, end=kpi.last_day(root.week))


def _week() -> Any:
    return strawberry.field(
        resolver=week_field, graphql_type=Week, description="The week.", metadata=needs("week")
    )


@strawberry.type(description="How many users called so much.")
class UsersByVolume:
    volume: UsageVolume = strawberry.field(description="How much.")
    users: int = strawberry.field(
        description="How many users. NONE is licensed users less active users, never below 0, for each customer"
        " and then summed."
    )


def _users_by_volume(root: Any) -> Any:
    return [
        SimpleNamespace(volume=volume, users=getattr(root, measure.name))
        for volume, measure in kpi.VOLUMES.items()
    ]


CallingUsageFigures = section_type(
    kpi.USAGE,
    week=_week(),
    users_by_volume=strawberry.field(
        resolver=_users_by_volume,
        graphql_type=list[UsersByVolume],
        description="Users by how much they called: every volume, from NONE to HIGH.",
        metadata=needs(*(measure.name for measure in kpi.VOLUMES.values())),
    ),
)
CallQualityFigures = section_type(kpi.QUALITY, week=_week())
CallQueueFigures = section_type(kpi.QUEUES, week=_week())


@strawberry.type(description="How much a feature was used, by customers that have call queues.")
class FeatureUsage:
    feature: CallingFeature = strawberry.field(description="The feature.")
    calls: int = strawberry.field(description="Calls of the week that used it.")
    customers: int = strawberry.field(description="Customers with such a call; of a single customer, 1 or 0.")
    calls_change: int = strawberry.field(description="Calls less those of the week before.")
