"""License analytics: figures of sections in one statement, and the tables of their lines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from types import SimpleNamespace
from typing import Any

from kpis.license_state import FIGURES_OF_LINE
from kpis.licenses import SECTIONS
from kpis.measures import Customers, Measure, Ratio, Rows, Section, Sum, statement
from kpis.peers import PEER_JOIN, peers
from kpis.positions import ALL, EXPIRES, kept, stale
from resolvers.context import Arguments, Columns, Context
from resolvers.customers import CUSTOMER, CUSTOMER_CRITERIA
from resolvers.entitlements import TRIAL_DISPLAY_ID
from resolvers.entity import Entity, Join
from resolvers.errors import BadUserInput
from resolvers.listing import Listing
from resolvers.order import Key, Order, directed
from resolvers.page import ListRequest, Narrowing
from resolvers.remembered import Remembered
from resolvers.row import Row
from resolvers.scope import listed
from resolvers.session import Plans
from resolvers.viewer import Viewer

MAXIMUM_WINDOW_DAYS = 3660


class LicenseLineRow(Row):
    """A license line as the tables of the analytics show it."""


@dataclass(frozen=True)
class Lines:
    """Which lines an analysis is over: of which products, on which day, of which customers."""

    products: tuple[str, ...]
    as_of: date
    criteria: Arguments = ()
    """Those of a CustomerFilter."""

    def where(self, context: Context) -> list[str]:
        """The conditions on `ls`, the viewer's scope among them."""
        scope = listed(context.viewer, "ls.customer_id")
        return ["ls.partner_id = :partner", scope, *self.narrowing(context)]

    def narrowing(self, context: Context) -> list[str]:
        """The conditions on `ls` that say which of the viewer's lines these are."""
        one = len(self.products) == 1
        product = "ls.product = :kpi_product" if one else "ls.product = ANY(:kpi_products::text[])"
        return [product, *self.filters(context, "ls.customer_id")]

    def of_customers(self, context: Context, customer: str) -> list[str]:
        """The conditions on the column that holds a customer's id, the viewer's scope among them."""
        return [listed(context.viewer, customer), *self.filters(context, customer)]

    def filters(self, context: Context, customer: str) -> list[str]:
        """The conditions of the CustomerFilter."""
        where: list[str] = []
        if self.criteria:
            filters = [CUSTOMER_CRITERIA[name] for name, _ in self.criteria]
            source = CUSTOMER.source(CUSTOMER.joined(filters), whole=context.viewer.sees_all_customers)
            conditions = " AND ".join(["c.partner_id = :partner", *filters])
            where.append(f"{customer} IN (SELECT c.id FROM {source} WHERE {conditions})")
        return where

    def values(self, context: Context) -> dict[str, Any]:
        """The values that `where` and the measures name."""
        policy = context.policy
        return dict(self.criteria) | {
            "kpi_products": self.products,
            "kpi_product": self.products[0],
            "position": self.products[0] if len(self.products) == 1 else ALL,
            "size_bands": policy.size_bands,
            "minimum_peers": policy.low_assignment_minimum_peers,
            "share_of_median": policy.low_assignment_share_of_median,
        }


def _whole_months(start: str, end: str) -> str:
    """Rounded down, backwards too, where PostgreSQL's age() rounds towards zero."""
    months = " - ".join(
        f"(extract(year from {day}) * 12 + extract(month from {day}))" for day in (end, start)
    )
    return f"({months})::int - (extract(day from {end}) < extract(day from {start}))::int"


ANALYTICS_LINE = Entity(
    "LicenseRow",
    LicenseLineRow,
    "license_states ls",
    id="license_id",
    customer="ls.customer_id",
    columns={
        "as_of": ":as_of::date",
        "customer_id": "ls.customer_id",
        "customer_external_id": "c.external_id",
        "customer_name": "c.name",
        "subscription_id": "CASE WHEN NOT ls.is_trial THEN ls.entitlement_id END",
        "trial_id": "CASE WHEN ls.is_trial THEN ls.entitlement_id END",
        "display_id": f"CASE WHEN ls.is_trial THEN '{TRIAL_DISPLAY_ID}' ELSE ls.external_id END",
        "product": "ls.product",
        "days_since_added": ":as_of::date - ls.added_on",
        "months_since_added": _whole_months("ls.added_on", ":as_of::date"),
        "days_until_expiration": f"CASE WHEN {EXPIRES} THEN ls.end_date - :as_of::date END",
        "days_until_renewal": "CASE WHEN ls.auto_renew THEN ls.end_date - :as_of::date END",
        "months_remaining": _whole_months(":as_of::date", "ls.end_date"),
        "auto_renew": "ls.auto_renew",
        "peer_median_assignment_rate": "peer.median",
    }
    | FIGURES_OF_LINE,
    joins={
        "c": Join("JOIN customers c ON c.partner_id = :partner AND c.id = ls.customer_id"),
        "peer": Join(PEER_JOIN),
    },
)


class ListingOfDay(Listing):
    """A list of what stands on lines in force on a day."""

    def _plans(self, request: ListRequest, viewer: Viewer) -> Plans:
        return Plans.ANEW


LICENSE_ROWS = ListingOfDay(ANALYTICS_LINE, {})


CUSTOMER_OF_LINE = ("customer_id", "customer_external_id", "customer_name")
"""What a license row tells of its customer: a parent of CUSTOMERS_TOLD."""


class LicenseRowOrderField(StrEnum):
    CUSTOMER_NAME = "CUSTOMER_NAME"
    ADDED_ON = "ADDED_ON"
    END_DATE = "END_DATE"
    TOTAL = "TOTAL"
    ASSIGNED = "ASSIGNED"
    USED = "USED"
    ASSIGNMENT_RATE = "ASSIGNMENT_RATE"
    OVERAGE = "OVERAGE"


_TIES = (
    Key("c.name"),
    Key("c.external_id"),
    Key("ls.external_id"),
    Key("ls.product"),
    Key("ls.license_id", "bigint"),
)
_ORDERS = {
    LicenseRowOrderField.CUSTOMER_NAME: (Key("c.name"),),
    LicenseRowOrderField.ADDED_ON: (Key("ls.added_on", "date"),),
    LicenseRowOrderField.END_DATE: (Key("ls.end_date", "date"),),
    LicenseRowOrderField.TOTAL: (Key(FIGURES_OF_LINE["total"], "int"),),
    LicenseRowOrderField.ASSIGNED: (Key(FIGURES_OF_LINE["assigned"], "int"),),
    LicenseRowOrderField.USED: (Key(FIGURES_OF_LINE["used"], "int"),),
    LicenseRowOrderField.ASSIGNMENT_RATE: (
        Key(f"({FIGURES_OF_LINE['assignment_rate']})", "float8", nullable=True),
    ),
    LicenseRowOrderField.OVERAGE: (Key(FIGURES_OF_LINE["overage"], "int"),),
}


@cache
def license_row_order(
    field: LicenseRowOrderField = LicenseRowOrderField.CUSTOMER_NAME, *, descending: bool = False
) -> Order:
    return directed(f"license rows by {field}", _ORDERS[field], _TIES, descending=descending)


@dataclass(frozen=True)
class SectionOf:
    """A section of an analysis, over the days of its window if it has one."""

    section: Section
    lines: Lines
    days: int | None = None

    def narrowing(self, context: Context) -> Narrowing:
        """The rows of the section's table."""
        values = self.lines.values(context) | self._window()
        where = (*self.lines.narrowing(context), self.section.where)
        frozen = tuple(sorted(values.items()))
        return Narrowing(where, frozen, self.lines.as_of)

    def _window(self) -> dict[str, Any]:
        return {self.section.window: self.days} if self.section.window else {}


def window_days(days: int) -> int:
    """The days of a window, refused when they make no sense."""
    if not 0 <= days <= MAXIMUM_WINDOW_DAYS:
        raise BadUserInput(f"days: give a number from 0 to {MAXIMUM_WINDOW_DAYS}, not {days}.")
    return days


Wanted = tuple[str, int | None, frozenset[str]]
"""A section by name, the days of its window, and which of its measures."""

_SECTIONS = {section.name: section for section in SECTIONS}


@dataclass(frozen=True)
class Figures:
    """The measures of sections: all that one request wants over the same lines in one statement."""

    async def load(
        self, context: Context, parents: Sequence[Wanted], arguments: Arguments, _columns: Columns
    ) -> list[SimpleNamespace]:
        lines: Lines = dict(arguments)["lines"]
        values = context.parameters(lines.as_of) | lines.values(context)
        measures: list[Measure] = []
        places: list[tuple[int, str]] = []
        for n, (name, days, names) in enumerate(parents):
            section = _SECTIONS[name]
            if section.window:
                values[f"{section.window}_{n}"] = days
            for measure in section.measures:
                if measure.name in names:
                    places.append((n, measure.name))
                    measures.append(_windowed(measure, section.window, n))
        figures: list[dict[str, Any]] = [{} for _ in parents]
        if measures:
            sql = statement(measures, _rows(lines, context))
            row = (await context.database.fetch(sql, values, Row, Plans.ANEW))[0]
            for place, (n, measure_name) in enumerate(places):
                figures[n][measure_name] = row[f"m{place}"]
        return [SimpleNamespace(**found) for found in figures]


def _rows(lines: Lines, context: Context) -> dict[str, Rows]:
    """What measures may be over, by alias. Of one kind of position each customer has one; of peers, one a product."""
    return {
        "ls": Rows(
            (lambda _: "license_states ls",),
            lines.where(context),
            "count(DISTINCT ls.customer_id)",
        ),
        "p": Rows(
            (
                lambda columns: f"({kept('= :position', columns)}) p",
                lambda columns: f"({stale('= :position', columns)}) p",
            ),
            lines.of_customers(context, "p.customer_id"),
            "count(*)",
        ),
        "peer": Rows(
            (lambda columns: f"{peers(columns)} peer",),
            lines.of_customers(context, "peer.customer_id"),
            "count(DISTINCT peer.customer_id)",
        ),
    }


def _windowed(measure: Measure, window: str | None, n: int) -> Measure:
    """The measure with a window parameter of its own, since one statement may hold several windows."""
    if window is None:
        return measure
    if isinstance(measure, Ratio):
        over, under = _windowed(measure.over, window, n), _windowed(measure.under, window, n)
        assert not isinstance(over, Ratio) and not isinstance(under, Ratio)
        return replace(measure, over=over, under=under)
    assert isinstance(measure, Customers | Sum)
    return replace(measure, where=measure.where.replace(f":{window}::", f":{window}_{n}::"))


FIGURES = Remembered(Figures(), "figures", lambda figures: 1 + len(vars(figures)))
