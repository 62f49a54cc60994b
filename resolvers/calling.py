"""Calling analytics: figures of weeks over customers, and of customers in a week, from the roll-ups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from kpis.calling import (
    QUALITY,
    QUEUES,
    USAGE,
    VOLUMES,
    covering_lines,
    last_day_of,
    summed,
    trend_weeks,
)
from kpis.covered_weeks import NOT_KEPT
from kpis.covered_weeks import covered as covered_customers
from kpis.measures import Measure, Ratio, Section
from resolvers.analytics import Lines
from resolvers.context import Arguments, Columns, Context
from resolvers.errors import BadUserInput
from resolvers.remembered import Remembered
from resolvers.row import Row
from resolvers.scope import visible

MAXIMUM_WEEKS = 520

Weeks = tuple[date, ...]
MEASURES: Mapping[str, Mapping[str, Measure]] = {
    section.name: {measure.name: measure for measure in section.measures} for section in (QUALITY, QUEUES)
} | {
    USAGE.name: {measure.name: measure for measure in (*USAGE.measures, *VOLUMES.values())},
}
"""The measures of each section, those behind users by volume among them."""


def measures_of(section: Section, columns: Columns) -> Columns:
    """The section's measures among these columns."""
    return columns & frozenset(MEASURES[section.name])


@dataclass(frozen=True)
class CallingCustomers:
    """Whose calls an analysis is over: of all the viewer's customers, or of those that meet a filter, on a day."""

    as_of: date
    criteria: Arguments = ()
    """Those of a CustomerFilter."""

    def where(self, context: Context, customer: str) -> list[str]:
        """The conditions on the column `customer`; that a week covers the customer is not among them."""
        return Lines((), self.as_of, self.criteria).of_customers(context, customer)

    def values(self, context: Context) -> dict[str, Any]:
        return context.parameters(self.as_of) | dict(self.criteria)


def weeks_of(as_of: date, weeks: int) -> Weeks:
    """A trend's weeks. Raises BadUserInput for a number that makes no sense."""
    if not 1 <= weeks <= MAXIMUM_WEEKS:
        raise BadUserInput(f"weeks: give a number from 1 to {MAXIMUM_WEEKS}, not {weeks}.")
    return trend_weeks(as_of, weeks)


def covered(row: str) -> str:
    """The condition that its week covers the customer of the roll-up's row `row`."""
    return (
        f"EXISTS (SELECT FROM license_states ls WHERE {covering_lines(last_day_of(f'{row}.week'))}"
        f" AND ls.customer_id = {row}.customer_id)"
    )


def nothing(week: date, measures: Mapping[str, Measure], names: Columns) -> SimpleNamespace:
    """The figures of a week without data."""
    values = {
        name: None if isinstance(measure, Ratio) else measure.python_type()
        for name, measure in measures.items()
        if name in names
    }
    return SimpleNamespace(week=week, **values)


def _statement(
    context: Context, section: str, names: Sequence[str], by: str, customers: CallingCustomers | None
) -> str:
    """SELECT of the measures for each week or customer: `by` names the column. Without `customers`, of :parents."""

    def scope(customer: str) -> list[str]:
        if customers:
            return customers.where(context, customer)
        return [f"{customer} = ANY(:parents::bigint[])", visible(context.viewer, customer)]

    figures = ", ".join(f"{summed(MEASURES[section][name])} AS {name}" for name in names)
    if section == QUEUES.name:
        where = [
            "cq.partner_id = :partner",
            "cq.week = ANY(:weeks::date[])",
            covered("cq"),
            *scope("cq.customer_id"),
        ]
        return (
            f"SELECT cq.{by} AS place, {figures} FROM calling_queue_weeks cq"
            f" WHERE {' AND '.join(where)} GROUP BY cq.{by}"
        )
    where = [
        "cw.partner_id = :partner",
        "cw.week = ANY(:weeks::date[])",
        "cw.licensed IS NOT NULL",
        *scope("cw.customer_id"),
    ]
    if "cov." not in figures:
        return _grouped(figures, by, f"calling_weeks cw WHERE {' AND '.join(where)}")
    # Weeks of which the partner has no calls have licensed users all the same.
    lines = " AND ".join(scope("ls.customer_id"))
    others = covered_customers("wk.week", lines, of=f"unnest({NOT_KEPT}) wk(week), ")
    no_calls = ", ".join(f"0 AS {column}" for column in _OF_CALLS)
    kept = f"calling_weeks cw CROSS JOIN LATERAL (SELECT cw.licensed) cov WHERE {' AND '.join(where)}"
    computed = f"({others}) cov CROSS JOIN LATERAL (SELECT cov.week, cov.customer_id, {no_calls}) cw"
    return f"{_grouped(figures, by, kept)} UNION ALL {_grouped(figures, by, computed)}"


_OF_CALLS = ("calls", "seconds", "low_users", "medium_users", "high_users")
"""What of a customer's calls users by volume and their like are made of."""


def _grouped(figures: str, by: str, source: str) -> str:
    return f"SELECT cw.{by} AS place, {figures} FROM {source} GROUP BY cw.{by}"


Wanted = tuple[Weeks, Columns]
"""Weeks, and which measures of them."""


@dataclass(frozen=True)
class Trends:
    """The figures of weeks, over an analysis' customers. What one request wants of a section is one statement."""

    section: str

    async def load(
        self, context: Context, parents: Sequence[Wanted], arguments: Arguments, _columns: Columns
    ) -> list[list[SimpleNamespace]]:
        customers: CallingCustomers = dict(arguments)["customers"]
        measures = MEASURES[self.section]
        names = [name for name in measures if any(name in columns for _, columns in parents)]
        weeks = sorted({week for of_parent, _ in parents for week in of_parent})
        found: dict[date, Row] = {}
        if names:
            sql = _statement(context, self.section, names, "week", customers)
            values = customers.values(context) | {"weeks": weeks}
            found = {row["place"]: row for row in await context.database.fetch(sql, values, Row)}
        return [
            [_figures(week, found.get(week), measures, columns) for week in of_parent]
            for of_parent, columns in parents
        ]


@dataclass(frozen=True)
class FiguresOfCustomers:
    """The figures of each parent, a customer, in the week that the argument `week` says."""

    section: str

    async def load(
        self, context: Context, parents: Sequence[int], arguments: Arguments, columns: Columns
    ) -> list[SimpleNamespace]:
        week: date = dict(arguments)["week"]
        measures = MEASURES[self.section]
        names = [name for name in measures if name in columns]
        found: dict[int, Row] = {}
        if names:
            sql = _statement(context, self.section, names, "customer_id", None)
            values = context.parameters() | {"weeks": [week], "parents": parents}
            found = {row["place"]: row for row in await context.database.fetch(sql, values, Row)}
        return [_figures(week, found.get(parent), measures, columns) for parent in parents]


def _figures(
    week: date, row: Row | None, measures: Mapping[str, Measure], columns: Columns
) -> SimpleNamespace:
    if row is None:
        return nothing(week, measures, columns)
    return SimpleNamespace(week=week, **{name: row[name] for name in measures if name in columns})


def _weigh(trend: list[SimpleNamespace]) -> int:
    return sum(len(vars(figures)) for figures in trend)


TRENDS = {
    section.name: Remembered(Trends(section.name), f"calling {section.name}", _weigh)
    for section in (USAGE, QUALITY, QUEUES)
}
OF_CUSTOMERS = {section.name: FiguresOfCustomers(section.name) for section in (USAGE, QUALITY, QUEUES)}
