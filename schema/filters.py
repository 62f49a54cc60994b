"""What lists are filtered and ordered by."""

from datetime import date
from typing import Any

import strawberry

from resolvers.criteria import MOST_SEARCHED, MOST_VALUES
from schema.enums import (
    CustomerOrderField,
    CustomerStatus,
    ManagedBy,
    OrderDirection,
    PartnerRole,
    Product,
    SubscriptionOrderField,
    SubscriptionStatus,
    SubscriptionType,
    TrialOrderField,
    TrialStatus,
)

ALTERNATIVES = (
    f" Values of one field are alternatives, {MOST_VALUES} at most; fields narrow each other."
    " An empty list does not narrow."
)
SEARCHED = f", whatever the case; {MOST_SEARCHED} characters at most."


def given(filter: Any) -> dict[str, Any]:
    """What a filter input says, by name."""
    return vars(filter) if filter else {}


@strawberry.input(description="Which customers." + ALTERNATIVES)
class CustomerFilter:
    managed_by: list[ManagedBy] | None = strawberry.field(
        default=None, description="Managed in one of these ways."
    )
    products: list[Product] | None = strawberry.field(
        default=None, description="With one of these products on an entitlement in force."
    )
    statuses: list[CustomerStatus] | None = strawberry.field(
        default=None, description="To whom one of these statuses applies, as primary one or not."
    )
    subscription_types: list[SubscriptionType] | None = strawberry.field(
        default=None, description="With an entitlement in force of one of these types."
    )
    tags: list[str] | None = strawberry.field(
        default=None,
        description="With one of these tags, by name, whatever the case.",
    )
    partner_admin_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Assigned to one of these partner admins."
    )
    countries: list[str] | None = strawberry.field(
        default=None, description="In one of these countries (ISO 3166-1 alpha-2, such as `DE`)."
    )
    search: str | None = strawberry.field(
        default=None,
        description="Each word occurs in the name or the customer ID" + SEARCHED,
    )


@strawberry.input(description="The order of customers.")
class CustomerOrder:
    field: CustomerOrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC, description="Which end comes first."
    )


@strawberry.input(description="Which subscriptions." + ALTERNATIVES)
class SubscriptionFilter:
    statuses: list[SubscriptionStatus] | None = strawberry.field(
        default=None, description="With one of these statuses."
    )
    products: list[Product] | None = strawberry.field(
        default=None, description="With a license line of one of these products."
    )
    auto_renew: bool | None = strawberry.field(
        default=None, description="Those that renew by themselves, or those that do not."
    )
    ends_from: date | None = strawberry.field(default=None, description="Ending on this day or later.")
    ends_to: date | None = strawberry.field(default=None, description="Ending on this day or earlier.")
    search: str | None = strawberry.field(
        default=None,
        description="Each word occurs in the subscription ID, the customer's name or the customer ID"
        + SEARCHED,
    )


@strawberry.input(description="The order of subscriptions.")
class SubscriptionOrder:
    field: SubscriptionOrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC, description="Which end comes first."
    )


@strawberry.input(description="Which trials." + ALTERNATIVES)
class TrialFilter:
    statuses: list[TrialStatus] | None = strawberry.field(
        default=None, description="With one of these statuses."
    )
    products: list[Product] | None = strawberry.field(
        default=None, description="With a license line of one of these products."
    )
    ends_from: date | None = strawberry.field(default=None, description="Ending on this day or later.")
    ends_to: date | None = strawberry.field(default=None, description="Ending on this day or earlier.")


@strawberry.input(description="The order of trials.")
class TrialOrder:
    field: TrialOrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC, description="Which end comes first."
    )


@strawberry.input(description="Which partner admins." + ALTERNATIVES)
class PartnerAdminFilter:
    roles: list[PartnerRole] | None = strawberry.field(
        default=None, description="Who hold one of these roles."
    )
    active: bool | None = strawberry.field(default=None, description="Active ones, or the others.")
    has_access_to_all_customers: bool | None = strawberry.field(
        default=None, description="Whose roles open every customer, or the others."
    )
    search: str | None = strawberry.field(
        default=None,
        description="Each word occurs in the name or the email" + SEARCHED,
    )
