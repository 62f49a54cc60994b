"""Trends of license distribution."""

from datetime import date
from typing import Annotated

import strawberry

from resolvers import distribution
from resolvers.distribution import MAXIMUM_BUCKETS, Days
from schema.analytics_enums import Interval
from schema.arguments import or_default

TREND_BUCKETS = 26
"""How many the trend of an analysis has unless told otherwise."""
BUCKETS_OF_LINES = 13
"""How many that of a customer's lines, or of one, has."""
ByInterval = Annotated[Interval | None, strawberry.argument(description="How long each bucket is.")]
Buckets = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many buckets, 1 to {MAXIMUM_BUCKETS}; the newest of them holds the day."
    ),
]


def buckets(day: date, interval: Interval | None, last: int | None, usual: int) -> Days:
    """The buckets of a trend up to the day, as many as usual where the client does not say. Raises BadUserInput."""
    return distribution.buckets(day, or_default(interval, Interval.WEEK), or_default(last, usual))


@strawberry.type(
    description="A bucket of a trend, each line's state taken on the bucket's last day. Empty buckets are zeros."
)
class LicenseDistributionPoint:
    from_: date = strawberry.field(name="from", description="The bucket's first day.")
    to: date = strawberry.field(
        description="The bucket's last day; the newest bucket ends on the day looked at."
    )
    total: int = strawberry.field(description="Licenses of the lines in force on the last day.")
    assigned: int = strawberry.field(description="Of them assigned.")
    used: int = strawberry.field(description="Of them used in the 7 days up to each line's snapshot.")
