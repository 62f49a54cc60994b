"""Partner admins and tags."""

from datetime import datetime

import strawberry

from executor.declare import Load, related
from models.bounds import LONGEST_TAG
from resolvers.customers import CUSTOMERS_OF_ADMIN, CUSTOMERS_OF_TAG, customer_criteria, customer_order
from resolvers.listing import Listing
from resolvers.page import PageRequest
from resolvers.people import PARTNER_ADMIN_BY_ID, PartnerAdminRow, TagRow, ToldPartnerAdmin
from schema.arguments import After, Before, ByCustomer, First, Last, OfCustomers
from schema.connection import Connection, page
from schema.customers import Customer
from schema.enums import OrderDirection, PartnerRole
from schema.filters import CustomerFilter, CustomerOrder, given
from schema.node import Node, rows


def customers_page(
    listing: Listing,
    filter: CustomerFilter | None,
    order_by: CustomerOrder | None,
    request: PageRequest,
) -> Load:
    """A page of customers: of all, of those with a tag or of those assigned to an admin."""
    order = customer_order()
    if order_by:
        order = customer_order(order_by.field, descending=order_by.direction is OrderDirection.DESC)
    return page(listing, order, request, customer_criteria(given(filter)))


def _assigned_customers(
    filter: OfCustomers = None,
    order_by: ByCustomer = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    request = PageRequest(first, after, last, before)
    return customers_page(CUSTOMERS_OF_ADMIN, filter, order_by, request)


def _customers_of_tag(
    filter: OfCustomers = None,
    order_by: ByCustomer = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    return customers_page(CUSTOMERS_OF_TAG, filter, order_by, PageRequest(first, after, last, before))


@strawberry.type(description="A user of the partner's organization with administrator roles.")
class PartnerAdmin(Node):
    is_type_of = rows(PartnerAdminRow, ToldPartnerAdmin)

    email: str = strawberry.field(description="The address they sign in with.")
    display_name: str = strawberry.field(description="Their name.")
    roles: list[PartnerRole] = strawberry.field(
        description="Their roles. Rights add up; none means no access."
    )
    active: bool = strawberry.field(description="They may sign in.")
    has_access_to_all_customers: bool = strawberry.field(
        description="One of their roles opens every customer, so that they need no assignment."
    )
    last_sign_in_at: datetime | None = strawberry.field(
        description="When they last signed in; null for never."
    )
    assigned_customers = related(
        _assigned_customers,
        key="id",
        type=Connection[Customer],
        description="The customers they were assigned, as far as the viewer sees them.",
    )


@strawberry.type(description="The partner's own label for customers. Every partner admin sees every tag.")
class Tag(Node):
    is_type_of = rows(TagRow)

    name: str = strawberry.field(
        description=f"The label: 1 to {LONGEST_TAG} characters, unique whatever the case."
    )
    description: str | None = strawberry.field(description="What it stands for.")
    created_at: datetime = strawberry.field(description="When it was created here.")
    created_by = related(
        PARTNER_ADMIN_BY_ID,
        key="created_by_id",
        type=PartnerAdmin | None,
        description="Who created it; null for imported ones.",
    )
    customers = related(
        _customers_of_tag,
        key="id",
        type=Connection[Customer],
        description="The customers that wear it, as far as the viewer sees them.",
    )
