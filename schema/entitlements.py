"""Entitlements: subscriptions and trials."""

from datetime import date
from typing import Any

import strawberry

from resolvers.billing import INVOICE_ORDER, INVOICES_OF_SUBSCRIPTION, ORDER_ORDER, ORDERS_OF_SUBSCRIPTION
from resolvers.customers import CUSTOMER_BY_ID
from resolvers.entitlements import (
    SUBSCRIPTION_BY_ID,
    SubscriptionRow,
    TrialRow,
    entitlement_criteria,
    subscription_order,
    trial_order,
)
from resolvers.licenses import LICENSES_OF_SUBSCRIPTION, LICENSES_OF_TRIAL
from resolvers.page import Page, PageRequest
from resolvers.people import PARTNER_ADMIN_BY_ID
from resolvers.relations import ROOT, Listing
from resolvers.scope import require
from schema.arguments import After, Before, First, Last
from schema.billing import Invoice, Order
from schema.connection import Connection, page
from schema.enums import OrderDirection, Permission, SubscriptionStatus, TrialStatus
from schema.filters import SubscriptionFilter, SubscriptionOrder, TrialFilter, TrialOrder, given
from schema.lazy import CUSTOMER, PARTNER_ADMIN
from schema.licenses import License
from schema.node import Node, rows
from schema.selection import Info, needs, wanted


async def subscriptions_page(
    info: Info,
    listing: Listing,
    filter: SubscriptionFilter | None,
    order_by: SubscriptionOrder | None,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    parent: Any = ROOT,
) -> Page:
    """A page of subscriptions, of a customer's or of all."""
    order = subscription_order()
    if order_by:
        order = subscription_order(order_by.field, descending=order_by.direction is OrderDirection.DESC)
    request = PageRequest(first, after, last, before)
    return await page(info, listing, order, request, entitlement_criteria(given(filter)), parent)


async def trials_page(
    info: Info,
    listing: Listing,
    filter: TrialFilter | None,
    order_by: TrialOrder | None,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    parent: Any = ROOT,
) -> Page:
    """A page of trials, of a customer's or of all."""
    order = trial_order()
    if order_by:
        order = trial_order(order_by.field, descending=order_by.direction is OrderDirection.DESC)
    request = PageRequest(first, after, last, before)
    return await page(info, listing, order, request, entitlement_criteria(given(filter)), parent)


async def _customer(root: Any, info: Info) -> Any:
    return await info.context.load(CUSTOMER_BY_ID, root.customer_id, (), wanted(info, "Customer"))


async def _started_by(root: Any, info: Info) -> Any:
    if root.started_by_id is None:
        return None
    return await info.context.load(PARTNER_ADMIN_BY_ID, root.started_by_id, (), wanted(info, "PartnerAdmin"))


async def _converted_to(root: Any, info: Info) -> Any:
    if root.converted_to_id is None:
        return None
    return await info.context.load(SUBSCRIPTION_BY_ID, root.converted_to_id, (), wanted(info, "Subscription"))


async def _licenses(root: Any, info: Info) -> Any:
    relation = LICENSES_OF_SUBSCRIPTION if isinstance(root, SubscriptionRow) else LICENSES_OF_TRIAL
    return await info.context.load(relation, root.id, (), wanted(info, "License"))


async def _orders(
    root: Any, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Page:
    require(info.context.viewer, Permission.VIEW_BILLING, "orders")
    request = PageRequest(first, after, last, before)
    return await page(info, ORDERS_OF_SUBSCRIPTION, ORDER_ORDER, request, parent=root.id)


async def _invoices(
    root: Any, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Page:
    require(info.context.viewer, Permission.VIEW_BILLING, "invoices")
    request = PageRequest(first, after, last, before)
    return await page(info, INVOICES_OF_SUBSCRIPTION, INVOICE_ORDER, request, parent=root.id)


@strawberry.interface(description="What entitles a customer to licenses: a subscription or a trial.")
class Entitlement(Node):
    customer = strawberry.field(
        resolver=_customer,
        graphql_type=CUSTOMER,
        description="Whose it is.",
        metadata=needs("customer_id"),
    )
    display_id: str = strawberry.field(description="The subscription ID, or `Enterprise trial`.")
    added_on: date = strawberry.field(description="The day it was added to the customer.")
    start_date: date = strawberry.field(description="Its first day.")
    end_date: date = strawberry.field(description="Its last day.")
    in_force: bool = strawberry.field(
        description="Today is between its first and last day, and its state is active."
    )
    licenses = strawberry.field(
        resolver=_licenses,
        graphql_type=list[License],
        description="Its license lines, one a product.",
    )


@strawberry.type(description="What a customer bought for a term.")
class Subscription(Entitlement):
    is_type_of = rows(SubscriptionRow)

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
    orders = strawberry.field(
        resolver=_orders,
        graphql_type=Connection[Order] | None,
        description="Its orders, newest first. Needs VIEW_BILLING, else null with a FORBIDDEN error.",
    )
    invoices = strawberry.field(
        resolver=_invoices,
        graphql_type=Connection[Invoice] | None,
        description="Its invoices, newest first. Needs VIEW_BILLING, else null with a FORBIDDEN error.",
    )


@strawberry.type(description="What a customer may try for some days.")
class Trial(Entitlement):
    is_type_of = rows(TrialRow)

    trial_id: str = strawberry.field(description="The trial's ID in the partner's files.")
    status: TrialStatus = strawberry.field(
        description="How it stands: an active one is EXPIRED once its end date is past."
    )
    days_until_expiration: int | None = strawberry.field(
        description="Days from today to its end, negative when past."
    )
    started_by = strawberry.field(
        resolver=_started_by,
        graphql_type=PARTNER_ADMIN | None,
        description="The partner admin who started it, when that is known.",
        metadata=needs("started_by_id"),
    )
    converted_to = strawberry.field(
        resolver=_converted_to,
        graphql_type=Subscription | None,
        description="The subscription that followed it; null unless it was converted here.",
        metadata=needs("converted_to_id"),
    )
