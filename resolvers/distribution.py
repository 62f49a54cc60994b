"""License distribution trends: of an analysis, of a customer, of a license line."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kpis import distribution
from kpis.distribution import Interval
from resolvers.analytics import Lines
from resolvers.context import Arguments, Columns, Context
from resolvers.errors import BadUserInput
from resolvers.remembered import Remembered
from resolvers.row import Row
from resolvers.scope import visible
from resolvers.session import Plans

MAXIMUM_BUCKETS = 1000

Days = tuple[tuple[date, date], ...]


class Point(NamedTuple):
    """A bucket, and the state on its last day."""

    from_: date
    to: date
    total: int
    assigned: int
    used: int


def buckets(as_of: date, interval: Interval, last: int) -> Days:
    """A trend's buckets. Raises BadUserInput for a number that makes no sense."""
    if not 1 <= last <= MAXIMUM_BUCKETS:
        raise BadUserInput(f"last: give a number from 1 to {MAXIMUM_BUCKETS}, not {last}.")
    return distribution.buckets(as_of, interval, last)


@dataclass(frozen=True)
class Distribution:
    """The trend of an analysis' lines: a statement for each analysis.

    Of all customers it is read from the roll-up; of some, from their lines' snapshots.
    """

    async def load(
        self, context: Context, parents: Sequence[Lines], arguments: Arguments, _columns: Columns
    ) -> list[list[Point]]:
        days: Days = dict(arguments)["buckets"]
        return [await self._trend(context, lines, days) for lines in parents]

    async def _trend(self, context: Context, lines: Lines, days: Days) -> list[Point]:
        if context.viewer.sees_all_customers and not lines.criteria:
            sql, plans = distribution.trend(distribution.ROLLED_UP), Plans.KEPT
        else:
            where = " AND ".join([*lines.where(context), "ls.active"])
            of_lines = distribution.changes(f"SELECT ls.* FROM license_states ls WHERE {where}")
            sql, plans = distribution.trend(of_lines), Plans.BY_VALUES
        values = context.parameters(lines.as_of) | lines.values(context) | {"days": [to for _, to in days]}
        rows = await context.database.fetch(sql, values, Row, plans)
        return points(days, rows)


def points(days: Days, rows: Sequence[Row]) -> list[Point]:
    """The buckets with their states."""
    return [
        Point(start, end, row["total"], row["assigned"], row["used"])
        for (start, end), row in zip(days, rows, strict=True)
    ]


@dataclass(frozen=True)
class DistributionOf:
    """The trend of each parent's lines. Arguments: `buckets`, and `product` where the lines are several."""

    lines: str
    """Which lines `ls` are the parents': names `:parents`."""
    parent: str
    """The column of `ls` that holds the parent's id."""

    async def load(
        self, context: Context, parents: Sequence[int], arguments: Arguments, _columns: Columns
    ) -> list[list[Point]]:
        given = dict(arguments)
        days: Days = given["buckets"]
        where = [
            "ls.partner_id = :partner",
            "ls.active",
            visible(context.viewer, "ls.customer_id"),
            self.lines,
        ]
        if given.get("product"):
            where.append("ls.product = :product")
        # Rolled up by parent in the place of the product, which only tells the sums apart.
        lines = f"SELECT ls.*, {self.parent} AS parent_id FROM license_states ls WHERE {' AND '.join(where)}"
        sql = distribution.trend_by_parent(distribution.changes(lines, by="parent_id"))
        values = context.parameters() | {
            "parents": parents,
            "product": given.get("product"),
            "days": [to for _, to in days],
        }
        rows: dict[int, list[Row]] = defaultdict(list)
        for row in await context.database.fetch(sql, values, Row):
            rows[row["parent_id"]].append(row)
        return [points(days, rows[parent]) for parent in parents]


DISTRIBUTION = Remembered(Distribution(), "distribution", lambda points: 1 + 5 * len(points))
DISTRIBUTION_OF_CUSTOMER = DistributionOf("ls.customer_id = ANY(:parents::bigint[])", "ls.customer_id")
DISTRIBUTION_OF_LICENSE = DistributionOf("ls.license_id = ANY(:parents::bigint[])", "ls.license_id")
