"""The audit trail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import strawberry

from executor.declare import At, Load, computed, related
from resolvers.audit import (
    AUDIT_EVENTS,
    AUDIT_ORDER,
    AuditEventRow,
    audit_criteria,
    require_audit_trail,
)
from resolvers.page import PageRequest
from resolvers.people import PARTNER_ADMIN_BY_ID
from schema.arguments import After, Before, First, Last
from schema.connection import Connection, page
from schema.filters import ALTERNATIVES, given
from schema.node import Node, rows
from schema.people import PartnerAdmin


@strawberry.input(description="Which audit events." + ALTERNATIVES)
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


def _target_ids(at: At, rows: Sequence[Any]) -> list[str]:
    return [at.context.ids.seal(row["target_type"], row["target_id"]) for row in rows]


@strawberry.type(description="An accepted change: who, when, what and on what. It stays as it is for good.")
class AuditEvent(Node):
    is_type_of = rows(AuditEventRow)

    at: datetime = strawberry.field(description="When it was made.")
    actor = related(PARTNER_ADMIN_BY_ID, key="actor_id", type=PartnerAdmin | None, description="Who made it.")
    action: str = strawberry.field(description="What was done: the name of the mutation, such as `addTags`.")
    target_type: str = strawberry.field(description="The type of what it was on, such as `Customer`.")
    target_id = computed(
        _target_ids,
        type=strawberry.ID,
        description="The ID of what it was on, which may be gone by now; of several, the first.",
        needs=("target_type", "target_id"),
    )
    target_name: str = strawberry.field(
        description="How it was named then; of several, the first and how many more there were."
    )
    detail: str | None = strawberry.field(
        description="What changed, as JSON: `before` and `after`, each null where there was nothing. They are equal"
        " where everything was as asked already."
    )


def _audit_events(
    root: Any,
    info: At,
    filter: OfAuditEvents = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    require_audit_trail(info.context.viewer)
    criteria = audit_criteria(info.context, given(filter))
    return page(AUDIT_EVENTS, AUDIT_ORDER, PageRequest(first, after, last, before), criteria)


audit_events = related(
    _audit_events,
    type=Connection[AuditEvent] | None,
    description="The accepted changes, newest first. For full and read-only admins, else null with a FORBIDDEN error.",
)
