"""Changes of partner admins."""

from typing import Annotated

import strawberry

from models.bounds import LONGEST_NAME
from resolvers.changes.admins import (
    ADD_PARTNER_ADMIN,
    ASSIGN_PARTNER_ADMIN,
    SET_PARTNER_ADMIN_ROLES,
    UNASSIGN_PARTNER_ADMIN,
)
from resolvers.changes.perform import Outcome
from resolvers.people import PARTNER_ADMIN_BY_ID
from schema.changes.errors import UserError
from schema.changes.payload import (
    CUSTOMER_IDS,
    USER_ERRORS,
    WHAT,
    CustomersPayload,
    IdempotencyKey,
    changed,
    made,
)
from schema.enums import PartnerRole
from schema.info import Info
from schema.people import PartnerAdmin


@strawberry.input(description="A new partner admin.")
class AddPartnerAdminInput:
    email: str = strawberry.field(description="The address they sign in with, unique whatever the case.")
    display_name: str = strawberry.field(
        description=f"Their name: 1 to {LONGEST_NAME} characters after trimming."
    )
    roles: list[PartnerRole] = strawberry.field(description="Their roles; at least one.")


@strawberry.input(description="The roles that an admin has from now on.")
class SetPartnerAdminRolesInput:
    id: strawberry.ID = strawberry.field(description="The admin's ID.")
    roles: list[PartnerRole] = strawberry.field(
        description="All of their roles. An empty list takes their access away."
    )


@strawberry.input(description="Which customers, and which admin.")
class AssignPartnerAdminInput:
    admin_id: strawberry.ID = strawberry.field(description="The admin's ID.")
    customer_ids: list[strawberry.ID] = strawberry.field(description=CUSTOMER_IDS)


@strawberry.type(description="What came of a change of a partner admin.")
class PartnerAdminPayload:
    partner_admin = changed(
        PARTNER_ADMIN_BY_ID,
        type=PartnerAdmin | None,
        description="The admin; null when nothing was changed.",
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


async def _add(
    info: Info, input: Annotated[AddPartnerAdminInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    fields = {"email": input.email, "display_name": input.display_name, "roles": input.roles}
    return await made(info, ADD_PARTNER_ADMIN, idempotency_key, **fields)


async def _set_roles(
    info: Info, input: Annotated[SetPartnerAdminRolesInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    return await made(info, SET_PARTNER_ADMIN_ROLES, idempotency_key, id=input.id, roles=input.roles)


async def _assign(
    info: Info, input: Annotated[AssignPartnerAdminInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    ids = {"admin_id": input.admin_id, "customer_ids": input.customer_ids}
    return await made(info, ASSIGN_PARTNER_ADMIN, idempotency_key, **ids)


async def _unassign(
    info: Info, input: Annotated[AssignPartnerAdminInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    ids = {"admin_id": input.admin_id, "customer_ids": input.customer_ids}
    return await made(info, UNASSIGN_PARTNER_ADMIN, idempotency_key, **ids)


add_partner_admin = strawberry.mutation(
    resolver=_add,
    graphql_type=PartnerAdminPayload,
    description="Add an admin, who may sign in from now on. Needs MANAGE_ADMINS.",
)
set_partner_admin_roles = strawberry.mutation(
    resolver=_set_roles,
    graphql_type=PartnerAdminPayload,
    description="Set an admin's roles, also one's own. The last full admin keeps that role. Needs MANAGE_ADMINS.",
)
assign_partner_admin = strawberry.mutation(
    resolver=_assign,
    graphql_type=CustomersPayload,
    description="Let an admin who holds PARTNER_ADMIN alone see and manage customers. One who sees all customers"
    " is not assigned. Needs MANAGE_ADMINS.",
)
unassign_partner_admin = strawberry.mutation(
    resolver=_unassign,
    graphql_type=CustomersPayload,
    description="Take customers from an admin: the access to them, not the role. Those that the admin created"
    " stay. Needs MANAGE_ADMINS.",
)
