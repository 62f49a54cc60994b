"""License analytics: KPIs on demand, and the tables of license lines behind them."""

from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from types import SimpleNamespace
from typing import Annotated, Any

import strawberry

from executor.declare import At, Load, itself, related
from kpis import licenses as kpi
from kpis.measures import Section
from kpis.positions import PRODUCTS
from resolvers.analytics import (
    CUSTOMER_OF_LINE,
    FIGURES,
    LICENSE_ROWS,
    MAXIMUM_WINDOW_DAYS,
    Lines,
    SectionOf,
    license_row_order,
    window_days,
)
from resolvers.criteria import opened
from resolvers.customers import CUSTOMERS_TOLD, customer_criteria
from resolvers.distribution import DISTRIBUTION
from resolvers.entitlements import SUBSCRIPTION_BY_ID, TRIAL_BY_ID
from resolvers.page import PageRequest
from resolvers.partner import PARTNER_BY_ID
from resolvers.scope import require
from resolvers.viewer import Permission
from schema.analytics_enums import AnalyticsProduct, Interval, LicenseRowOrderField
from schema.arguments import After, AsOf, Before, First, Last, OfCustomers, or_default
from schema.calling import CallingAnalytics, calling_of
from schema.connection import Connection, page
from schema.customers import Customer
from schema.distribution import TREND_BUCKETS, Buckets, ByInterval, LicenseDistributionPoint, buckets
from schema.entitlements import Entitlement
from schema.enums import OrderDirection, Product
from schema.filters import given
from schema.info import Info
from schema.kpis import section_type
from schema.licenses import LicenseState


def _entitlement(root: Any, info: At) -> Load:
    if root.subscription_id is not None:
        return Load(SUBSCRIPTION_BY_ID, root.subscription_id)
    return Load(TRIAL_BY_ID, root.trial_id)


@strawberry.type(
    description="A license line as every table of the analytics shows it, on the day of the analytics."
)
class LicenseRow:
    customer = related(CUSTOMERS_TOLD, key=CUSTOMER_OF_LINE, type=Customer, description="Whose it is.")
    entitlement = related(
        _entitlement,
        type=Entitlement,
        description="The subscription or trial it stands on.",
        needs=("subscription_id", "trial_id"),
    )
    display_id: str = strawberry.field(
        description="What tables call it: a subscription's ID, or `Enterprise trial`."
    )
    product: Product = strawberry.field(description="What is licensed.")
    state = itself("as_of", type=LicenseState, description="How many are assigned and used.")
    days_since_added: int = strawberry.field(description="Days since the entitlement was added.")
    months_since_added: int = strawberry.field(
        description="Whole calendar months since the entitlement was added, rounded down."
    )
    days_until_expiration: int | None = strawberry.field(
        description="Days until the entitlement ends; null if it renews by itself."
    )
    days_until_renewal: int | None = strawberry.field(
        description="Days until the entitlement renews by itself; null if it does not."
    )
    months_remaining: int = strawberry.field(
        description="Whole calendar months until the entitlement ends, rounded down."
    )
    auto_renew: bool = strawberry.field(description="The entitlement renews by itself.")
    peer_median_assignment_rate: float | None = strawberry.field(
        description="The median assignment rate of the customer's peers for this product;"
        " null for a customer whose licenses of it add up to 0."
    )


@strawberry.input(description="The order of license rows.")
class LicenseRowOrder:
    field: LicenseRowOrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC, description="Which end comes first."
    )


ByLicenseRow = Annotated[
    LicenseRowOrder | None, strawberry.argument(description="In which order. By customer name if left out.")
]
Days = Annotated[
    int | None,
    strawberry.argument(
        description=f"The length of the window in days, both ends included: 0 to {MAXIMUM_WINDOW_DAYS}."
    ),
]


def _figures(info: At, lines: Lines, section: Section, days: int | None = None) -> Load:
    """The section's selected measures, and what its table needs."""

    def then(figures: Any) -> SimpleNamespace:
        return SimpleNamespace(**vars(figures), section=SectionOf(section, lines, days))

    measures = info.columns & {measure.name for measure in section.measures}
    return Load(FIGURES, (section.name, days, measures), (("lines", lines),), frozenset(), then)


def _rows(
    root: Any,
    info: At,
    order_by: ByLicenseRow = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    order = license_row_order()
    if order_by:
        order = license_row_order(order_by.field, descending=order_by.direction is OrderDirection.DESC)
    request = PageRequest(first, after, last, before)
    return page(LICENSE_ROWS, order, request, narrowing=root.section.narrowing(info.context))


def _with_rows(section: Section) -> Any:
    rows = related(_rows, type=Connection[LicenseRow], description="The section's license lines.")
    return section_type(section, rows=rows)


OverviewKpis = section_type(kpi.OVERVIEW)
RecentlyAdded = _with_rows(kpi.RECENTLY_ADDED)
Expiring = _with_rows(kpi.EXPIRING)
Renewing = _with_rows(kpi.RENEWING)
LowAssignment = _with_rows(kpi.LOW_ASSIGNMENT)
Overage = _with_rows(kpi.OVERAGE)


def _overview(root: Any, info: At) -> Load:
    return _figures(info, root.lines, kpi.OVERVIEW)


def _within(info: At, lines: Lines, section: Section, days: int | None) -> Load:
    """The same of a section with a window."""
    return _figures(info, lines, section, window_days(or_default(days, kpi.WINDOW_DAYS)))


def _recently_added(root: Any, info: At, days: Days = kpi.WINDOW_DAYS) -> Load:
    return _within(info, root.lines, kpi.RECENTLY_ADDED, days)


def _expiring(root: Any, info: At, days: Days = kpi.WINDOW_DAYS) -> Load:
    return _within(info, root.lines, kpi.EXPIRING, days)


def _renewing(root: Any, info: At, days: Days = kpi.WINDOW_DAYS) -> Load:
    return _within(info, root.lines, kpi.RENEWING, days)


def _low_assignment(root: Any, info: At) -> Load:
    return _figures(info, root.lines, kpi.LOW_ASSIGNMENT)


def _overage(root: Any, info: At) -> Load:
    return _figures(info, root.lines, kpi.OVERAGE)


def _distribution_trend(
    root: Any, info: At, interval: ByInterval = Interval.WEEK, last: Buckets = TREND_BUCKETS
) -> Load:
    days = buckets(root.lines.as_of, interval, last, TREND_BUCKETS)
    return Load(DISTRIBUTION, root.lines, (("buckets", days),), frozenset())


@strawberry.type(description="The license KPIs of one product.")
class LicenseAnalytics:
    product: AnalyticsProduct = strawberry.field(description="The product.")
    overview = related(_overview, type=OverviewKpis, description=kpi.OVERVIEW.help, cost=10)
    distribution_trend = related(
        _distribution_trend,
        type=list[LicenseDistributionPoint],
        description="How many licenses there were, were assigned and were used, by day, week or month, oldest first.",
        cost=10,
    )
    recently_added = related(
        _recently_added, type=RecentlyAdded, description=kpi.RECENTLY_ADDED.help, cost=10
    )
    expiring = related(_expiring, type=Expiring, description=kpi.EXPIRING.help, cost=10)
    renewing = related(_renewing, type=Renewing, description=kpi.RENEWING.help, cost=10)
    low_assignment = related(
        _low_assignment, type=LowAssignment, description=kpi.LOW_ASSIGNMENT.help, cost=10
    )
    overage = related(_overage, type=Overage, description=kpi.OVERAGE.help, cost=10)


@dataclass(frozen=True)
class _Analytics:
    """An analysis: of all customers or of those that meet a filter, on a day."""

    lines: Lines

    @property
    def as_of(self) -> date:
        return self.lines.as_of


@dataclass(frozen=True)
class _LicenseAnalytics:
    """An analysis of one product."""

    lines: Lines
    product: AnalyticsProduct


def _licenses(
    root: Any,
    product: Annotated[AnalyticsProduct, strawberry.argument(description="Of which product.")],
) -> Any:
    return _LicenseAnalytics(Lines((product.value,), root.as_of, root.lines.criteria), product)


def _processed_at(root: Any, info: At) -> Load:
    then = attrgetter("usage_processed_at")
    return Load(PARTNER_BY_ID, info.context.viewer.partner_id, columns=frozenset(), then=then)


@strawberry.type(
    description="KPIs over the viewer's customers, computed for one day. Only what is selected is computed."
)
class Analytics:
    as_of: date = strawberry.field(description="The day (UTC) that everything is computed for.")
    processed_at = related(
        _processed_at,
        type=datetime | None,
        description="When the newest usage came in; null before any did.",
    )
    overview = related(
        _overview,
        type=OverviewKpis,
        description=kpi.OVERVIEW.help + " Meetings and Calling together.",
        cost=10,
    )
    licenses = strawberry.field(
        resolver=_licenses, graphql_type=LicenseAnalytics, description="The license KPIs of one product."
    )
    calling = strawberry.field(
        resolver=calling_of,
        graphql_type=CallingAnalytics,
        description="Calls in the latest completed week and those before.",
    )


def analytics(info: Info, as_of: AsOf = None, filter: OfCustomers = None) -> Any:
    """The root of analytics; raises Forbidden for those who may not see them."""
    require(info.context.viewer, Permission.VIEW_ANALYTICS, "analytics")
    criteria = opened(customer_criteria(given(filter)), info.context.ids)
    return _Analytics(Lines(PRODUCTS, info.context.day(as_of), criteria))
