"""What clients see: types composed of the resolvers' rows, described. Knows no SQL."""

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


def build_schema() -> strawberry.Schema:
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Live,
        types=[Partner, Subscription, Trial, License, Order, Invoice, Resource, AuditEvent],
    )
