"""The root of queries."""

from typing import Annotated, Any

import strawberry

from executor.declare import At, Load, related
from resolvers.criteria import search_criteria
from resolvers.customers import CUSTOMER_BY_CUSTOMER_ID, CUSTOMER_BY_ID, CUSTOMERS
from resolvers.entitlements import SUBSCRIPTIONS, TRIALS
from resolvers.errors import BadUserInput
from resolvers.library import HELP_DESKS, RESOURCE_ORDER, RESOURCES
from resolvers.listing import ROOT
from resolvers.nodes import NODE_BY_ID, NODES_BY_ID
from resolvers.page import PageRequest
from resolvers.people import PARTNER_ADMIN_ORDER, PARTNER_ADMINS, TAG_ORDER, TAGS
from schema.analytics import Analytics, analytics
from schema.arguments import (
    After,
    Before,
    ByCustomer,
    BySubscription,
    ByTrial,
    First,
    InResources,
    InTags,
    Last,
    OfCustomers,
    OfPartnerAdmins,
    OfResources,
    OfSubscriptions,
    OfTrials,
)
from schema.audit import audit_events
from schema.connection import Connection, page
from schema.customers import Customer
from schema.entitlements import Subscription, Trial, subscriptions_page, trials_page
from schema.filters import given
from schema.info import Info
from schema.library import HelpDesk, Resource
from schema.node import Node
from schema.partner import Viewer
from schema.people import PartnerAdmin, Tag, customers_page

MAXIMUM_NODES = 1000


def _viewer(info: Info) -> Any:
    return info.context.viewer


def _node(
    root: Any, info: At, id: Annotated[strawberry.ID, strawberry.argument(description="A global ID.")]
) -> Load:
    return Load(NODE_BY_ID, info.context.ids.open(id, "id"))


def _nodes(
    root: Any,
    info: At,
    ids: Annotated[
        list[strawberry.ID], strawberry.argument(description=f"Global IDs, {MAXIMUM_NODES} at most.")
    ],
) -> Load:
    if len(ids) > MAXIMUM_NODES:
        raise BadUserInput(f"ids: give at most {MAXIMUM_NODES} of them, not {len(ids)}.")
    return Load(NODES_BY_ID, tuple(info.context.ids.open(id, f"ids[{n}]") for n, id in enumerate(ids)))


def _customer(
    root: Any,
    info: At,
    id: Annotated[strawberry.ID | None, strawberry.argument(description="The global ID.")] = None,
    customer_id: Annotated[
        str | None, strawberry.argument(description="The customer's ID in the partner's files.")
    ] = None,
) -> Load:
    if (id is None) == (customer_id is None):
        raise BadUserInput("id, customerId: give exactly one of the two.")
    if id is not None:
        return Load(CUSTOMER_BY_ID, info.context.ids.open_as("Customer", id, "id"))
    return Load(CUSTOMER_BY_CUSTOMER_ID, customer_id)


def _customers(
    filter: OfCustomers = None,
    order_by: ByCustomer = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    return customers_page(CUSTOMERS, filter, order_by, PageRequest(first, after, last, before))


def _subscriptions(
    filter: OfSubscriptions = None,
    order_by: BySubscription = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    return subscriptions_page(SUBSCRIPTIONS, filter, order_by, PageRequest(first, after, last, before))


def _trials(
    filter: OfTrials = None,
    order_by: ByTrial = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    return trials_page(TRIALS, filter, order_by, PageRequest(first, after, last, before))


def _partner_admins(
    filter: OfPartnerAdmins = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    request = PageRequest(first, after, last, before)
    return page(PARTNER_ADMINS, PARTNER_ADMIN_ORDER, request, search_criteria(given(filter)))


def _tags(
    search: InTags = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    criteria = search_criteria({"search": search})
    return page(TAGS, TAG_ORDER, PageRequest(first, after, last, before), criteria)


def _resources(
    search: InResources = None,
    filter: OfResources = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    criteria = search_criteria(given(filter) | {"search": search})
    return page(RESOURCES, RESOURCE_ORDER, PageRequest(first, after, last, before), criteria)


def _help_desks(
    service: Annotated[
        str | None, strawberry.argument(description="Only those of this `service`, word for word.")
    ] = None,
) -> Load:
    arguments = (("service", service),)
    return Load(HELP_DESKS, ROOT, arguments)


@strawberry.type(description="Everything that can be read. What the viewer may not see does not exist here.")
class Query:
    viewer = strawberry.field(
        resolver=_viewer,
        graphql_type=Viewer,
        description="Who asks, for which partner, and what they may do.",
    )
    node = related(
        _node,
        type=Node | None,
        description="An object by its global ID; null when there is none that the viewer may see.",
    )
    nodes = related(
        _nodes,
        type=list[Node | None],
        description="Objects by their global IDs, in the same order; null for each that is not there.",
    )
    customer = related(
        _customer,
        type=Customer | None,
        together=True,
        description="A customer by either `id` or `customerId`; null when there is none that the viewer may see.",
    )
    customers = related(_customers, type=Connection[Customer], description="The viewer's customers.")
    subscriptions = related(
        _subscriptions,
        type=Connection[Subscription],
        description="The subscriptions of the viewer's customers.",
    )
    trials = related(_trials, type=Connection[Trial], description="The trials of the viewer's customers.")
    partner_admins = related(
        _partner_admins,
        type=Connection[PartnerAdmin],
        description="The partner's admins, by name.",
    )
    tags = related(_tags, type=Connection[Tag], description="The partner's tags, by name.")
    analytics = strawberry.field(
        resolver=analytics,
        graphql_type=Analytics | None,
        description="KPIs over the viewer's customers, or over those that meet a filter on that day."
        " Needs VIEW_ANALYTICS, else null with a FORBIDDEN error.",
    )
    resources = related(
        _resources,
        type=Connection[Resource],
        description="Guides, videos, trainings, tools and announcements, by title.",
    )
    help_desks = related(
        _help_desks,
        type=list[HelpDesk],
        description="Who helps, and how they are reached: by service, then by name.",
    )
    audit_events = audit_events
