"""Rows by global ID, whatever their type."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.audit import AUDIT_EVENT_BY_ID
from resolvers.billing import INVOICE_BY_ID, ORDER_BY_ID
from resolvers.context import Arguments, Columns, Context, Relation
from resolvers.customers import CUSTOMER_BY_ID
from resolvers.entitlements import SUBSCRIPTION_BY_ID, TRIAL_BY_ID
from resolvers.library import RESOURCE_BY_ID
from resolvers.licenses import LICENSE_BY_ID
from resolvers.partner import PARTNER_BY_ID
from resolvers.people import PARTNER_ADMIN_BY_ID, TAG_BY_ID
from resolvers.row import Row

NODES: dict[str, Relation] = {
    "Partner": PARTNER_BY_ID,
    "PartnerAdmin": PARTNER_ADMIN_BY_ID,
    "Customer": CUSTOMER_BY_ID,
    "Tag": TAG_BY_ID,
    "Subscription": SUBSCRIPTION_BY_ID,
    "Trial": TRIAL_BY_ID,
    "License": LICENSE_BY_ID,
    "Order": ORDER_BY_ID,
    "Invoice": INVOICE_BY_ID,
    "Resource": RESOURCE_BY_ID,
    "AuditEvent": AUDIT_EVENT_BY_ID,
}
"""How each type with an ID is found again."""

Node = tuple[str, int]
"""What an ID holds: the type's name and the number."""


@dataclass(frozen=True)
class NodeById:
    """Rows of whatever types: a statement for each type."""

    async def load(
        self, context: Context, parents: Sequence[Node], arguments: Arguments, columns: Columns
    ) -> list[Row | None]:
        numbers: dict[str, list[int]] = defaultdict(list)
        for type_name, number in dict.fromkeys(parents):
            numbers[type_name].append(number)
        found: dict[Node, Row | None] = {}
        for type_name, wanted in numbers.items():
            rows = await NODES[type_name].load(context, wanted, arguments, columns)
            found |= {(type_name, number): row for number, row in zip(wanted, rows, strict=True)}
        return [found[parent] for parent in parents]


@dataclass(frozen=True)
class NodesById:
    """The same for lists of IDs."""

    async def load(
        self, context: Context, parents: Sequence[tuple[Node, ...]], arguments: Arguments, columns: Columns
    ) -> list[list[Row | None]]:
        flat = [node for nodes in parents for node in nodes]
        rows = iter(await NODE_BY_ID.load(context, flat, arguments, columns))
        return [[next(rows) for _ in nodes] for nodes in parents]


NODE_BY_ID = NodeById()
NODES_BY_ID = NodesById()
