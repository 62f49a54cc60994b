"""Entitlements: subscriptions and trials."""

from datetime import date
from typing import Any

import strawberry

from executor.declare import At, Load, needs, related
from resolvers.billing import INVOICE_ORDER, INVOICES_OF_SUBSCRIPTION, ORDER_ORDER, ORDERS_OF_SUBSCRIPTION
from resolvers.criteria import search_criteria
from resolvers.customers import CUSTOMER_BY_ID
from resolvers.entitlements import (
    STARTED_BY,
    SUBSCRIPTION_BY_ID,
    SubscriptionRow,
    TrialRow,
    subscription_order,
    trial_order,
)
from resolvers.licenses import LICENSES_OF_SUBSCRIPTION, LICENSES_OF_TRIAL
from resolvers.listing import Listing
from resolvers.page import PageRequest
from resolvers.people import PARTNER_ADMINS_TOLD
from resolvers.scope import require
from schema.arguments import After, Before, First, Last
from schema.billing import Invoice, Order
from schema.connection import Connection, page
from schema.enums import OrderDirection, Permission, SubscriptionStatus, TrialStatus
from schema.filters import SubscriptionFilter, SubscriptionOrder, TrialFilter, TrialOrder, given
from schema.lazy import CUSTOMER, PARTNER_ADMIN
from schema.licenses import License
from schema.node import Node, rows


def subscriptions_page(
    listing: Listing,
    filter: SubscriptionFilter | None,
    order_by: SubscriptionOrder | None,
    request: PageRequest,
) -> Load:
    """A page of subscriptions, of a customer's or of all."""
    order = subscription_order()
    if order_by:
        order = subscription_order(order_by.field, descending=order_by.direction is OrderDirection.DESC)
    return page(listing, order, request, search_criteria(given(filter)))


def trials_page(
    listing: Listing, filter: TrialFilter | None, order_by: TrialOrder | None, request: PageRequest
) -> Load:
    """A page of trials, of a customer's or of all."""
    order = trial_order()
    if order_by:
        order = trial_order(order_by.field, descending=order_by.direction is OrderDirection.DESC)
    return page(listing, order, request, search_criteria(given(filter)))


def _licenses(relation: Any) -> Any:
    return related(relation, key="id", type=list[License], description="Its license lines, one a product.")


def _orders(
    info: At, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Load:
    require(info.context.viewer, Permission.VIEW_BILLING, "orders")
    return page(ORDERS_OF_SUBSCRIPTION, ORDER_ORDER, PageRequest(first, after, last, before))


def _invoices(
    info: At, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Load:
    require(info.context.viewer, Permission.VIEW_BILLING, "invoices")
    return page(INVOICES_OF_SUBSCRIPTION, INVOICE_ORDER, PageRequest(first, after, last, before))


@strawberry.interface(description="What entitles a customer to licenses: a subscription or a trial.")
class Entitlement(Node):
    customer = related(CUSTOMER_BY_ID, key="customer_id", type=CUSTOMER, description="Whose it is.")
    display_id: str = strawberry.field(
        description="What tables call it: a subscription's ID, or `Enterprise trial`."
    )
    added_on: date = strawberry.field(description="The day it was added to the customer.")
    start_date: date = strawberry.field(description="Its first day.")
    end_date: date = strawberry.field(description="Its last day.")
    in_force: bool = strawberry.field(
        description="Today is between its first and last day, and its state is active."
    )
    licenses: list[License] = strawberry.field(
        description="Its license lines, one a product.", metadata=needs("id")
    )


@strawberry.type(description="What a customer bought for a term.")
class Subscription(Entitlement):
    is_type_of = rows(SubscriptionRow)

    licenses = _licenses(LICENSES_OF_SUBSCRIPTION)
    subscription_id: str = strawberry.field(description="The subscription's ID in the partner's files.")
    status: SubscriptionStatus = strawberry.field(
        description="How it stands: EXPIRED once its end date is past."
    )
    auto_renew: bool = strawberry.field(description="It renews by itself at its end.")
    renews_on: date | None = strawberry.field(description="The day it renews by itself; null if it does not.")
    days_until_expiration: int | None = strawberry.field(
        description="Days from today to its end, negative when past; null if it renews by itself."
    )
    days_until_renewal: int | None = strawberry.field(
        description="Days from today to its renewal, negative when past; null if it does not renew by itself."
    )
    orders = related(
        _orders,
        key="id",
        type=Connection[Order] | None,
        description="Its orders, newest first. Needs VIEW_BILLING, else null with a FORBIDDEN error.",
    )
    invoices = related(
        _invoices,
        key="id",
        type=Connection[Invoice] | None,
        description="Its invoices, newest first. Needs VIEW_BILLING, else null with a FORBIDDEN error.",
    )


@strawberry.type(description="What a customer may try for some days.")
class Trial(Entitlement):
    is_type_of = rows(TrialRow)

    licenses = _licenses(LICENSES_OF_TRIAL)
    trial_id: str = strawberry.field(description="The trial's ID in the partner's files.")
    status: TrialStatus = strawberry.field(
        description="How it stands: an active one is EXPIRED once its end date is past."
    )
    days_until_expiration: int | None = strawberry.field(
        description="Days from today to its end, negative when past."
    )
    started_by = related(
        PARTNER_ADMINS_TOLD,
        key=STARTED_BY,
        type=PARTNER_ADMIN | None,
        description="The partner admin who started it, when that is known.",
    )
    converted_to = related(
        SUBSCRIPTION_BY_ID,
        key="converted_to_id",
        type=Subscription | None,
        description="The subscription that followed it; null unless it was converted here.",
    )
