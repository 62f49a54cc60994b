"""What clients see: types composed of the resolvers' rows, described. Knows no SQL."""

from collections.abc import Sequence
from typing import Any

import strawberry

from schema.audit import AuditEvent
from schema.billing import Invoice, Order
from schema.entitlements import Subscription, Trial
from schema.library import Resource
from schema.licenses import License
from schema.live import Live
from schema.mutation import Mutation
from schema.partner import Partner
from schema.query import Query


class Schema(strawberry.Schema):
    """Strawberry's schema; what goes wrong is logged by the server, which knows what is a client's mistake."""

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        pass


def build_schema(extensions: Sequence[Any] = ()) -> Schema:
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Live,
        types=[Partner, Subscription, Trial, License, Order, Invoice, Resource, AuditEvent],
        extensions=extensions,
    )
