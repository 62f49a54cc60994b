"""The audit trail: for full and read-only admins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from resolvers.context import Arguments, Columns, Context
from resolvers.criteria import freeze
from resolvers.entity import Entity
from resolvers.errors import BadUserInput, Forbidden
from resolvers.listing import Listing
from resolvers.order import Key, Order
from resolvers.relations import by_id
from resolvers.row import Row
from resolvers.viewer import Viewer


class AuditEventRow(Row):
    """An accepted change."""


AUDIT_EVENT = Entity(
    "AuditEvent",
    AuditEventRow,
    "audit_events ev",
    columns={
        "at": "ev.at",
        "actor_id": "ev.actor_id",
        "action": "ev.action",
        "target_type": "ev.target_type",
        "target_id": "ev.target_id",
        "target_name": "ev.target_name",
        "detail": "json_build_object('before', ev.before, 'after', ev.after)::text",
    },
)
AUDIT_CRITERIA = {
    "from_time": "ev.at >= :from_time::timestamptz",
    "to_time": "ev.at <= :to_time::timestamptz",
    "actor_ids": "ev.actor_id = ANY(:actor_ids::bigint[])",
    "actions": "ev.action = ANY(:actions::text[])",
    "target_ids": "ev.targets && :target_ids::text[]",
}
AUDIT_ORDER = Order("audit events", (Key("ev.id", "bigint", descending=True),))
"""Newest first: ids ascend in time, since changes of one partner take turns."""


def _moment(time: datetime, argument: str) -> datetime:
    """The time in UTC, where the year may be beyond those that there are."""
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise BadUserInput(
            f"{argument}: {time.isoformat()} is not within the years 1 to 9999 in UTC."
        ) from None


def audit_criteria(context: Context, given: Mapping[str, Any]) -> Arguments:
    """The criteria of an AuditEventFilter. Raises BadUserInput for an ID or a time that is none."""
    ids = context.ids
    return freeze(
        given,
        {
            "from_time": lambda time: _moment(time, "filter.from"),
            "to_time": lambda time: _moment(time, "filter.to"),
            "actor_ids": lambda values: ids.open_all_as("PartnerAdmin", values, "filter.actorIds"),
            "target_ids": lambda values: [
                ":".join(map(str, ids.open(value, f"filter.targetIds[{n}]")))
                for n, value in enumerate(values)
            ],
        },
    )


def require_audit_trail(viewer: Viewer) -> None:
    """Refuse with FORBIDDEN unless one of the viewer's roles opens the audit trail."""
    if not viewer.sees_audit_trail:
        raise Forbidden("The audit trail is for full and read-only admins.")


@dataclass(frozen=True)
class AuditEventById:
    """Events by their own id: None for those who may not see the audit trail."""

    async def load(
        self, context: Context, parents: Sequence[int], arguments: Arguments, columns: Columns
    ) -> Sequence[Row | None]:
        if not context.viewer.sees_audit_trail:
            return [None] * len(parents)
        return await _BY_ID.load(context, parents, arguments, columns)


_BY_ID = by_id(AUDIT_EVENT)
AUDIT_EVENT_BY_ID = AuditEventById()
AUDIT_EVENTS = Listing(AUDIT_EVENT, AUDIT_CRITERIA)
