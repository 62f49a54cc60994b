"""Customers."""

from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import strawberry

from resolvers.customers import CustomerRow
from resolvers.distribution import DISTRIBUTION_OF_CUSTOMER, buckets
from resolvers.entitlements import SUBSCRIPTIONS_OF_CUSTOMER, TRIALS_OF_CUSTOMER
from resolvers.licenses import LICENSES_OF_CUSTOMER
from resolvers.page import Page
from resolvers.people import PARTNER_ADMINS_OF_CUSTOMER, TAGS_OF_CUSTOMER
from schema.analytics_enums import Interval
from schema.arguments import (
    After,
    AsOf,
    Before,
    BySubscription,
    ByTrial,
    First,
    Last,
    OfProduct,
    OfSubscriptions,
    OfTrials,
)
from schema.calling import CustomerCalling, calling_of_customer
from schema.connection import Connection
from schema.distribution import Buckets, ByInterval, LicenseDistributionPoint
from schema.entitlements import Subscription, Trial, subscriptions_page, trials_page
from schema.enums import CustomerStatus, ManagedBy, Product
from schema.lazy import PARTNER_ADMINS, TAGS
from schema.licenses import LicenseState
from schema.node import Node, rows
from schema.selection import Info, needs, wanted


def _launch_url(root: Any, info: Info) -> str:
    return info.context.launch_url.format(id=quote(root.customer_id, safe=""))


async def _tags(root: Any, info: Info) -> Any:
    return await info.context.load(TAGS_OF_CUSTOMER, root.id, (), wanted(info, "Tag"))


async def _partner_admins(root: Any, info: Info) -> Any:
    return await info.context.load(PARTNER_ADMINS_OF_CUSTOMER, root.id, (), wanted(info, "PartnerAdmin"))


async def _subscriptions(
    root: Any,
    info: Info,
    filter: OfSubscriptions = None,
    order_by: BySubscription = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page:
    listing = SUBSCRIPTIONS_OF_CUSTOMER
    return await subscriptions_page(info, listing, filter, order_by, first, after, last, before, root.id)


async def _trials(
    root: Any,
    info: Info,
    filter: OfTrials = None,
    order_by: ByTrial = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page:
    return await trials_page(info, TRIALS_OF_CUSTOMER, filter, order_by, first, after, last, before, root.id)


async def _licenses(root: Any, info: Info, product: OfProduct = None, as_of: AsOf = None) -> Any:
    arguments = (("as_of", as_of), ("product", product))
    return await info.context.load(LICENSES_OF_CUSTOMER, root.id, arguments, wanted(info, "LicenseState"))


async def _license_trend(
    root: Any,
    info: Info,
    product: OfProduct = None,
    interval: ByInterval = Interval.WEEK,
    last: Buckets = 13,
    as_of: AsOf = None,
) -> Any:
    days = buckets(as_of or info.context.today, interval, last)
    arguments = (("buckets", days), ("product", product))
    return await info.context.load(DISTRIBUTION_OF_CUSTOMER, root.id, arguments)


@strawberry.type(
    description="An organization that the partner manages. Only those that the viewer may see exist for the viewer."
)
class Customer(Node):
    is_type_of = rows(CustomerRow)

    customer_id: str = strawberry.field(description="The customer's ID in the partner's files.")
    name: str = strawberry.field(description="The organization's name.")
    managed_by: ManagedBy = strawberry.field(description="How the partner manages it.")
    country: str = strawberry.field(description="Where it is: ISO 3166-1 alpha-2, such as `DE`.")
    industry: str | None = strawberry.field(description="Its business vertical.")
    created_on: date = strawberry.field(description="The day the customer was created.")
    last_admin_sign_in_at: datetime | None = strawberry.field(
        description="When one of its administrators last signed in; null for never."
    )
    statuses: list[CustomerStatus] = strawberry.field(
        description="Every status that applies today, most urgent first; at least one."
    )
    primary_status: CustomerStatus = strawberry.field(description="The most urgent status.")
    products: list[Product] = strawberry.field(description="The products on entitlements in force today.")
    launch_url = strawberry.field(
        resolver=_launch_url,
        description="Opens the customer's organization.",
        metadata=needs("customer_id"),
    )
    next_expiration_on: date | None = strawberry.field(
        description="The earliest end among trials in force and subscriptions in force that do not renew by"
        " themselves."
    )
    next_renewal_on: date | None = strawberry.field(
        description="The earliest end among subscriptions in force that renew by themselves."
    )
    tags = strawberry.field(
        resolver=_tags,
        graphql_type=TAGS,
        description="The partner's labels on it, by name.",
    )
    subscriptions = strawberry.field(
        resolver=_subscriptions,
        graphql_type=Connection[Subscription],
        description="What it bought.",
    )
    trials = strawberry.field(
        resolver=_trials, graphql_type=Connection[Trial], description="What it tries or tried."
    )
    partner_admins = strawberry.field(
        resolver=_partner_admins,
        graphql_type=PARTNER_ADMINS,
        description="The partner admins assigned to it. Those who see every customer need no assignment.",
    )
    licenses = strawberry.field(
        resolver=_licenses,
        graphql_type=LicenseState,
        description="Its license state, summed over the lines in force on the day.",
    )
    license_trend = strawberry.field(
        resolver=_license_trend,
        graphql_type=list[LicenseDistributionPoint],
        description="Its licenses by day, week or month, oldest first, each line's state on the bucket's last day.",
        metadata=needs(),
    )
    calling = strawberry.field(
        resolver=calling_of_customer,
        graphql_type=CustomerCalling | None,
        description="Its calls in the latest completed week. For those who may see analytics.",
        metadata=needs(),
    )
