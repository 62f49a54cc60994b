"""The root of queries."""

import asyncio
from typing import Annotated, Any

import strawberry

from resolvers.criteria import freeze, words
from resolvers.customers import CUSTOMER_BY_CUSTOMER_ID, CUSTOMER_BY_ID, CUSTOMERS
from resolvers.entitlements import SUBSCRIPTIONS, TRIALS
from resolvers.errors import BadUserInput
from resolvers.library import HELP_DESK, HELP_DESKS, RESOURCE_ORDER, RESOURCES
from resolvers.nodes import NODES
from resolvers.page import Page, PageRequest
from resolvers.people import PARTNER_ADMIN_ORDER, PARTNER_ADMINS, TAG_ORDER, TAGS
from resolvers.relations import ROOT
from schema.analytics import Analytics, analytics
from schema.arguments import (
    After,
    Before,
    ByCustomer,
    BySubscription,
    ByTrial,
    First,
    Last,
    OfCustomers,
    OfPartnerAdmins,
    OfResources,
    OfSubscriptions,
    OfTrials,
    Search,
)
from schema.audit import audit_events
from schema.connection import Connection, page
from schema.customers import Customer
from schema.entitlements import Subscription, Trial, subscriptions_page, trials_page
from schema.filters import given
from schema.library import HelpDesk, Resource
from schema.node import Node
from schema.partner import Viewer
from schema.people import PartnerAdmin, Tag, customers_page
from schema.selection import Info, wanted

MAXIMUM_NODES = 1000


def _viewer(info: Info) -> Any:
    return info.context.viewer


async def _load_node(info: Info, value: str, field: str) -> Any:
    type_name, number = info.context.ids.open(value, field)
    if type_name not in NODES:
        return None
    return await info.context.load(NODES[type_name], number, (), wanted(info, type_name))


async def _node(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A global ID.")]
) -> Any:
    return await _load_node(info, id, "id")


async def _nodes(
    info: Info,
    ids: Annotated[list[strawberry.ID], strawberry.argument(description="Global IDs, 1000 at most.")],
) -> Any:
    if len(ids) > MAXIMUM_NODES:
        raise BadUserInput(f"ids: give at most {MAXIMUM_NODES} of them, not {len(ids)}.")
    return await asyncio.gather(*(_load_node(info, id, f"ids[{n}]") for n, id in enumerate(ids)))


async def _customer(
    info: Info,
    id: Annotated[strawberry.ID | None, strawberry.argument(description="The global ID.")] = None,
    customer_id: Annotated[
        str | None, strawberry.argument(description="The customer's ID in the partner's files.")
    ] = None,
) -> Any:
    columns = wanted(info, "Customer")
    if (id is None) == (customer_id is None):
        raise BadUserInput("id, customerId: give exactly one of the two.")
    if id is not None:
        return await info.context.load(
            CUSTOMER_BY_ID, info.context.ids.open_as("Customer", id, "id"), (), columns
        )
    return await info.context.load(CUSTOMER_BY_CUSTOMER_ID, customer_id, (), columns)


async def _customers(
    info: Info,
    filter: OfCustomers = None,
    order_by: ByCustomer = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page:
    return await customers_page(info, CUSTOMERS, filter, order_by, first, after, last, before)


async def _subscriptions(
    info: Info,
    filter: OfSubscriptions = None,
    order_by: BySubscription = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page:
    return await subscriptions_page(info, SUBSCRIPTIONS, filter, order_by, first, after, last, before)


async def _trials(
    info: Info,
    filter: OfTrials = None,
    order_by: ByTrial = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page:
    return await trials_page(info, TRIALS, filter, order_by, first, after, last, before)


async def _partner_admins(
    info: Info,
    filter: OfPartnerAdmins = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page:
    criteria = freeze(given(filter), {"search": words})
    request = PageRequest(first, after, last, before)
    return await page(info, PARTNER_ADMINS, PARTNER_ADMIN_ORDER, request, criteria)


async def _tags(
    info: Info,
    search: Search = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page:
    criteria = freeze({"search": search}, {"search": words})
    return await page(info, TAGS, TAG_ORDER, PageRequest(first, after, last, before), criteria)


async def _resources(
    info: Info,
    search: Search = None,
    filter: OfResources = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page:
    criteria = freeze(given(filter) | {"search": search}, {"search": words})
    return await page(info, RESOURCES, RESOURCE_ORDER, PageRequest(first, after, last, before), criteria)


async def _help_desks(
    info: Info,
    service: Annotated[
        str | None, strawberry.argument(description="Only those that help with this service.")
    ] = None,
) -> Any:
    arguments = (("service", service),)
    return await info.context.load(HELP_DESKS, ROOT, arguments, wanted(info, HELP_DESK.name))


@strawberry.type(description="Everything that can be read. What the viewer may not see does not exist here.")
class Query:
    viewer = strawberry.field(
        resolver=_viewer,
        graphql_type=Viewer,
        description="Who asks, for which partner, and what they may do.",
    )
    node = strawberry.field(
        resolver=_node,
        graphql_type=Node | None,
        description="An object by its global ID; null when there is none that the viewer may see.",
    )
    nodes = strawberry.field(
        resolver=_nodes,
        graphql_type=list[Node | None],
        description="Objects by their global IDs, in the same order; null for each that is not there.",
    )
    customer = strawberry.field(
        resolver=_customer,
        graphql_type=Customer | None,
        description="A customer by `id` or by `customerId`; null when there is none that the viewer may see.",
    )
    customers = strawberry.field(
        resolver=_customers, graphql_type=Connection[Customer], description="The viewer's customers."
    )
    subscriptions = strawberry.field(
        resolver=_subscriptions,
        graphql_type=Connection[Subscription],
        description="The subscriptions of the viewer's customers.",
    )
    trials = strawberry.field(
        resolver=_trials, graphql_type=Connection[Trial], description="The trials of the viewer's customers."
    )
    partner_admins = strawberry.field(
        resolver=_partner_admins,
        graphql_type=Connection[PartnerAdmin],
        description="The partner's admins, by name.",
    )
    tags = strawberry.field(
        resolver=_tags, graphql_type=Connection[Tag], description="The partner's tags, by name."
    )
    analytics = strawberry.field(
        resolver=analytics,
        graphql_type=Analytics | None,
        description="KPIs over the viewer's customers, or over those that meet a filter."
        " Needs VIEW_ANALYTICS, else null with a FORBIDDEN error.",
    )
    resources = strawberry.field(
        resolver=_resources,
        graphql_type=Connection[Resource],
        description="Guides, videos, trainings, tools and announcements, by title.",
    )
    help_desks = strawberry.field(
        resolver=_help_desks,
        graphql_type=list[HelpDesk],
        description="Who helps, and how they are reached.",
    )
    audit_events = audit_events
