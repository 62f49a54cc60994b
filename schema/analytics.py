"""License analytics: KPIs on demand, and the tables of license lines behind them."""

from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Annotated, Any

import strawberry

from kpis import licenses as kpi
from kpis.measures import Section
from resolvers.analytics import (
    ANALYTICS_PRODUCTS,
    FIGURES,
    LICENSE_ROWS,
    Lines,
    SectionOf,
    license_row_order,
    window_days,
)
from resolvers.customers import CUSTOMER_BY_ID, customer_criteria
from resolvers.distribution import DISTRIBUTION, buckets
from resolvers.entitlements import SUBSCRIPTION_BY_ID, TRIAL_BY_ID
from resolvers.licenses import STATE_OF_LICENSE
from resolvers.page import Page, PageRequest
from resolvers.partner import PARTNER_BY_ID
from resolvers.scope import require
from resolvers.viewer import Permission
from schema.analytics_enums import AnalyticsProduct, Interval, LicenseRowOrderField
from schema.arguments import After, AsOf, Before, First, Last, OfCustomers
from schema.calling import CallingAnalytics, calling_of
from schema.connection import Connection, page
from schema.customers import Customer
from schema.distribution import Buckets, ByInterval, LicenseDistributionPoint
from schema.entitlements import Entitlement
from schema.enums import OrderDirection, Product
from schema.filters import given
from schema.kpis import section_type
from schema.licenses import LicenseState
from schema.selection import Info, needs, wanted


async def _customer(root: Any, info: Info) -> Any:
    return await info.context.load(CUSTOMER_BY_ID, root.customer_id, (), wanted(info, "Customer"))


async def _entitlement(root: Any, info: Info) -> Any:
    if root.subscription_id is not None:
        columns = wanted(info, "Subscription")
        return await info.context.load(SUBSCRIPTION_BY_ID, root.subscription_id, (), columns)
    return await info.context.load(TRIAL_BY_ID, root.trial_id, (), wanted(info, "Trial"))


async def _state(root: Any, info: Info) -> Any:
    arguments = (("as_of", root.as_of),)
    return await info.context.load(STATE_OF_LICENSE, root.id, arguments, wanted(info, "LicenseState"))


@strawberry.type(
    description="A license line as every table of the analytics shows it, on the day of the analytics."
)
class LicenseRow:
    customer = strawberry.field(
        resolver=_customer, graphql_type=Customer, description="Whose it is.", metadata=needs("customer_id")
    )
    entitlement = strawberry.field(
        resolver=_entitlement,
        graphql_type=Entitlement,
        description="The subscription or trial it stands on.",
        metadata=needs("subscription_id", "trial_id"),
    )
    display_id: str = strawberry.field(description="The subscription ID, or `Enterprise trial`.")
    product: Product = strawberry.field(description="What is licensed.")
    state = strawberry.field(
        resolver=_state,
        graphql_type=LicenseState,
        description="How many are assigned and used.",
        metadata=needs("as_of"),
    )
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
    int, strawberry.argument(description="The length of the window in days, both ends included.")
]


async def _figures(info: Info, lines: Lines, section: Section, days: int | None = None) -> SimpleNamespace:
    """The section's selected measures, and what its table needs."""
    names = {measure.name for measure in section.measures}
    measures = wanted(info, section.type_name) & names
    key = (section.name, days, measures)
    figures = await info.context.load(FIGURES, key, (("lines", lines),))
    return SimpleNamespace(**vars(figures), section=SectionOf(section, lines, days))


async def _rows(
    root: Any,
    info: Info,
    order_by: ByLicenseRow = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page:
    order = license_row_order()
    if order_by:
        order = license_row_order(order_by.field, descending=order_by.direction is OrderDirection.DESC)
    request = PageRequest(first, after, last, before)
    return await page(info, LICENSE_ROWS, order, request, narrowing=root.section.narrowing(info.context))


def _with_rows(section: Section) -> Any:
    rows = strawberry.field(
        resolver=_rows,
        graphql_type=Connection[LicenseRow],
        description="The section's license lines.",
        metadata=needs(),
    )
    return section_type(section, rows=rows)


OverviewKpis = section_type(kpi.OVERVIEW)
RecentlyAdded = _with_rows(kpi.RECENTLY_ADDED)
Expiring = _with_rows(kpi.EXPIRING)
Renewing = _with_rows(kpi.RENEWING)
LowAssignment = _with_rows(kpi.LOW_ASSIGNMENT)
Overage = _with_rows(kpi.OVERAGE)


async def _overview(root: Any, info: Info) -> Any:
    return await _figures(info, root.lines, kpi.OVERVIEW)


async def _recently_added(root: Any, info: Info, days: Days = kpi.WINDOW_DAYS) -> Any:
    return await _figures(info, root.lines, kpi.RECENTLY_ADDED, window_days(days))


async def _expiring(root: Any, info: Info, days: Days = kpi.WINDOW_DAYS) -> Any:
    return await _figures(info, root.lines, kpi.EXPIRING, window_days(days))


async def _renewing(root: Any, info: Info, days: Days = kpi.WINDOW_DAYS) -> Any:
    return await _figures(info, root.lines, kpi.RENEWING, window_days(days))


async def _low_assignment(root: Any, info: Info) -> Any:
    return await _figures(info, root.lines, kpi.LOW_ASSIGNMENT)


async def _overage(root: Any, info: Info) -> Any:
    return await _figures(info, root.lines, kpi.OVERAGE)


async def _distribution_trend(
    root: Any, info: Info, interval: ByInterval = Interval.WEEK, last: Buckets = 26
) -> Any:
    days = buckets(root.lines.as_of, interval, last)
    return await info.context.load(DISTRIBUTION, root.lines, (("buckets", days),))


@strawberry.type(description="The license KPIs of one product.")
class LicenseAnalytics:
    product: AnalyticsProduct = strawberry.field(description="The product.")
    overview = strawberry.field(resolver=_overview, graphql_type=OverviewKpis, description=kpi.OVERVIEW.help)
    distribution_trend = strawberry.field(
        resolver=_distribution_trend,
        graphql_type=list[LicenseDistributionPoint],
        description="How many licenses there were, were assigned and were used, by day, week or month, oldest first.",
    )
    recently_added = strawberry.field(
        resolver=_recently_added, graphql_type=RecentlyAdded, description=kpi.RECENTLY_ADDED.help
    )
    expiring = strawberry.field(resolver=_expiring, graphql_type=Expiring, description=kpi.EXPIRING.help)
    renewing = strawberry.field(resolver=_renewing, graphql_type=Renewing, description=kpi.RENEWING.help)
    low_assignment = strawberry.field(
        resolver=_low_assignment, graphql_type=LowAssignment, description=kpi.LOW_ASSIGNMENT.help
    )
    overage = strawberry.field(resolver=_overage, graphql_type=Overage, description=kpi.OVERAGE.help)


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


async def _processed_at(info: Info) -> Any:
    partner = await info.context.load(PARTNER_BY_ID, info.context.viewer.partner_id)
    return partner.usage_processed_at


@strawberry.type(
    description="KPIs over the viewer's customers, computed for one day. Only what is selected is computed."
)
class Analytics:
    as_of: date = strawberry.field(description="The day (UTC) that everything is computed for.")
    processed_at = strawberry.field(
        resolver=_processed_at,
        graphql_type=datetime | None,
        description="When the newest usage came in; null before any did.",
    )
    overview = strawberry.field(
        resolver=_overview,
        graphql_type=OverviewKpis,
        description=kpi.OVERVIEW.help + " Meetings and Calling together.",
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
    criteria = customer_criteria(info.context, given(filter))
    return _Analytics(Lines(ANALYTICS_PRODUCTS, as_of or info.context.today, criteria))
