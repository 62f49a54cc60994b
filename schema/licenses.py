"""License lines and their states."""

from datetime import date

import strawberry

from executor.declare import At, Load, related
from resolvers.distribution import DISTRIBUTION_OF_LICENSE
from resolvers.licenses import STATE_OF_LICENSE, LicenseRow
from schema.analytics_enums import Interval
from schema.arguments import AsOf
from schema.distribution import BUCKETS_OF_LINES, Buckets, ByInterval, LicenseDistributionPoint, buckets
from schema.enums import Product
from schema.node import Node, rows


@strawberry.type(
    description="The state of license lines on a day, from each line's newest usage snapshot up to that day."
    " A line without a snapshot counts as zero. Of several lines the terms are summed first, then divided."
)
class LicenseState:
    as_of: date = strawberry.field(description="The day looked at.")
    total: int = strawberry.field(description="Licenses bought or on trial.")
    assigned: int = strawberry.field(description="Licenses assigned to users.")
    used: int = strawberry.field(description="Licenses with activity in the 7 days up to the snapshot.")
    available: int = strawberry.field(description="Licenses left to assign: total − assigned, never below 0.")
    overage: int = strawberry.field(description="Licenses assigned beyond the total, never below 0.")
    used_last_90_days: int = strawberry.field(
        name="usedLast90Days", description="Licenses with activity in the 90 days up to the snapshot."
    )
    assignment_rate: float | None = strawberry.field(description="assigned / total; null when total is 0.")
    usage_rate: float | None = strawberry.field(description="used / total; null when total is 0.")
    usage_of_assigned_rate: float | None = strawberry.field(
        description="used / assigned; null when nothing is assigned."
    )
    assignment_change: int | None = strawberry.field(
        description="Assigned now less assigned 7 days before; null when no snapshot is that old."
    )
    usage_change: int | None = strawberry.field(
        description="Used now less used 7 days before; null when no snapshot is that old."
    )


def _state(as_of: AsOf = None) -> Load:
    return Load(STATE_OF_LICENSE, arguments=(("as_of", as_of),))


def _trend(
    info: At, interval: ByInterval = Interval.WEEK, last: Buckets = BUCKETS_OF_LINES, as_of: AsOf = None
) -> Load:
    days = buckets(info.context.day(as_of), interval, last, BUCKETS_OF_LINES)
    return Load(DISTRIBUTION_OF_LICENSE, arguments=(("buckets", days),))


@strawberry.type(description="A license line: one product on one subscription or trial, with a quantity.")
class License(Node):
    is_type_of = rows(LicenseRow)

    product: Product = strawberry.field(description="What is licensed.")
    state = related(
        _state,
        key="id",
        type=LicenseState,
        description="How many are assigned and used on a day.",
        in_row=True,
    )
    trend = related(
        _trend,
        key="id",
        type=list[LicenseDistributionPoint],
        description="Its state by day, week or month, oldest first; zeros where it is not in force.",
        cost=10,
    )
