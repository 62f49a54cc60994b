"""What clients see: types composed of the resolvers' rows, described. Knows no SQL."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.types.base_scalars import DateDefinition, DateTimeDefinition, DecimalDefinition
from strawberry.types.scalar import ScalarDefinition

from schema.audit import AuditEvent
from schema.billing import Invoice, Order
from schema.entitlements import Subscription, Trial
from schema.library import Resource
from schema.licenses import License
from schema.live import Live
from schema.mutation import Mutation
from schema.partner import Partner
from schema.query import Query

_SCALARS: dict[object, ScalarDefinition] = {
    date: replace(DateDefinition, description="A day: `2026-01-31`."),
    datetime: replace(
        DateTimeDefinition,
        description="A time in ISO 8601, in UTC: `2026-01-31T12:00:00+00:00`. One given without a zone is UTC.",
    ),
    Decimal: replace(DecimalDefinition, description="A decimal number, as text: `12.50`."),
}


def build_schema() -> strawberry.Schema:
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Live,
        config=StrawberryConfig(scalar_map=_SCALARS),
        types=[Partner, Subscription, Trial, License, Order, Invoice, Resource, AuditEvent],
    )
