"""The audit trail."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from resolvers.audit import (
    AUDIT_EVENTS,
    AUDIT_ORDER,
    AuditEventRow,
    audit_criteria,
    require_audit_trail,
)
from resolvers.page import Page, PageRequest
from resolvers.people import PARTNER_ADMIN_BY_ID
from schema.arguments import After, Before, First, Last
from schema.connection import Connection, page
from schema.filters import given
from schema.node import Node, rows
from schema.people import PartnerAdmin
from schema.selection import Info, needs, wanted


@strawberry.input(
    description="Which audit events. Values of one field are alternatives; fields narrow each other."
    " An empty list does not narrow."
)
class AuditEventFilter:
    from_time: datetime | None = strawberry.field(
        name="from", default=None, description="Made at this time or later."
    )
    to_time: datetime | None = strawberry.field(
        name="to", default=None, description="Made at this time or earlier."
    )
    actor_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Made by one of these partner admins."
    )
    actions: list[str] | None = strawberry.field(
        default=None, description="One of these, by the name of the mutation, such as `addTags`."
    )
    target_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="On one of these, be it as the first or among others."
    )


OfAuditEvents = Annotated[
    AuditEventFilter | None, strawberry.argument(description="Which events; all if left out.")
]


async def _actor(root: Any, info: Info) -> Any:
    if root.actor_id is None:
        return None
    return await info.context.load(PARTNER_ADMIN_BY_ID, root.actor_id, (), wanted(info, "PartnerAdmin"))


def _target_id(root: Any, info: Info) -> strawberry.ID:
    return strawberry.ID(info.context.ids.seal(root.target_type, root.target_id))


@strawberry.type(description="An accepted change: who, when, what and on what. It stays as it is for good.")
class AuditEvent(Node):
    is_type_of = rows(AuditEventRow)

    at: datetime = strawberry.field(description="When it was made.")
    actor = strawberry.field(
        resolver=_actor,
        graphql_type=PartnerAdmin | None,
        description="Who made it.",
        metadata=needs("actor_id"),
    )
    action: str = strawberry.field(description="What was done: the name of the mutation, such as `addTags`.")
    target_type: str = strawberry.field(description="The type of what it was on, such as `Customer`.")
    target_id = strawberry.field(
        resolver=_target_id,
        description="The ID of what it was on, which may be gone by now; of several, the first.",
        metadata=needs("target_type", "target_id"),
    )
    target_name: str = strawberry.field(
        description="How it was named then; of several, the first and how many more there were."
    )
    detail: str | None = strawberry.field(
        description="What changed, as JSON: `before` and `after`, each null where there was nothing. They are equal"
        " where everything was as asked already."
    )


async def _audit_events(
    info: Info,
    filter: OfAuditEvents = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page:
    require_audit_trail(info.context.viewer)
    criteria = audit_criteria(info.context, given(filter))
    return await page(info, AUDIT_EVENTS, AUDIT_ORDER, PageRequest(first, after, last, before), criteria)


audit_events = strawberry.field(
    resolver=_audit_events,
    graphql_type=Connection[AuditEvent] | None,
    description="The accepted changes, newest first. For full and read-only admins, else null with a FORBIDDEN error.",
)
