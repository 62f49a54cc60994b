"""Customers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import strawberry

from executor.declare import At, Load, computed, needs, related
from resolvers.customers import CustomerRow, ToldCustomer
from resolvers.distribution import DISTRIBUTION_OF_CUSTOMER
from resolvers.entitlements import SUBSCRIPTIONS_OF_CUSTOMER, TRIALS_OF_CUSTOMER
from resolvers.licenses import LICENSES_OF_CUSTOMER
from resolvers.page import PageRequest
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
from schema.distribution import BUCKETS_OF_LINES, Buckets, ByInterval, LicenseDistributionPoint, buckets
from schema.entitlements import Subscription, Trial, subscriptions_page, trials_page
from schema.enums import CustomerStatus, ManagedBy, Product
from schema.lazy import PARTNER_ADMINS, TAGS
from schema.licenses import LicenseState
from schema.node import Node, rows


def _launch_urls(at: At, rows: Sequence[Any]) -> list[str]:
    launch_url = at.context.launch_url.format
    return [launch_url(id=quote(row["customer_id"], safe="")) for row in rows]


def _subscriptions(
    filter: OfSubscriptions = None,
    order_by: BySubscription = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    return subscriptions_page(
        SUBSCRIPTIONS_OF_CUSTOMER, filter, order_by, PageRequest(first, after, last, before)
    )


def _trials(
    filter: OfTrials = None,
    order_by: ByTrial = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    return trials_page(TRIALS_OF_CUSTOMER, filter, order_by, PageRequest(first, after, last, before))


def _licenses(product: OfProduct = None, as_of: AsOf = None) -> Load:
    return Load(LICENSES_OF_CUSTOMER, arguments=(("as_of", as_of), ("product", product)))


def _license_trend(
    info: At,
    product: OfProduct = None,
    interval: ByInterval = Interval.WEEK,
    last: Buckets = BUCKETS_OF_LINES,
    as_of: AsOf = None,
) -> Load:
    days = buckets(info.context.day(as_of), interval, last, BUCKETS_OF_LINES)
    return Load(DISTRIBUTION_OF_CUSTOMER, arguments=(("buckets", days), ("product", product)))


@strawberry.type(
    description="An organization that the partner manages. Only those that the viewer may see exist for the viewer."
)
class Customer(Node):
    is_type_of = rows(CustomerRow, ToldCustomer)

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
    launch_url = computed(
        _launch_urls, type=str, description="Opens the customer's organization.", needs=("customer_id",)
    )
    next_expiration_on: date | None = strawberry.field(
        description="The earliest end among trials in force and subscriptions in force that do not renew by"
        " themselves."
    )
    next_renewal_on: date | None = strawberry.field(
        description="The earliest end among subscriptions in force that renew by themselves."
    )
    tags = related(TAGS_OF_CUSTOMER, key="id", type=TAGS, description="The partner's labels on it, by name.")
    subscriptions = related(
        _subscriptions, key="id", type=Connection[Subscription], description="What it bought."
    )
    trials = related(_trials, key="id", type=Connection[Trial], description="What it tries or tried.")
    partner_admins = related(
        PARTNER_ADMINS_OF_CUSTOMER,
        key="id",
        type=PARTNER_ADMINS,
        description="The partner admins assigned to it. Those who see every customer need no assignment.",
    )
    licenses = related(
        _licenses,
        key="id",
        type=LicenseState,
        description="Its license state, summed over the lines in force on the day.",
        cost=10,
    )
    license_trend = related(
        _license_trend,
        key="id",
        type=list[LicenseDistributionPoint],
        description="Its licenses by day, week or month, oldest first, each line's state on the bucket's last day.",
        cost=10,
    )
    calling = strawberry.field(
        resolver=calling_of_customer,
        graphql_type=CustomerCalling | None,
        description="Its calls in the latest completed week. For those who may see analytics.",
        metadata=needs("id"),
    )
