"""What clients see: types composed of the resolvers' rows, described. Knows no SQL."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.billing import Invoice, Order
from schema.entitlements import Subscription, Trial
from schema.library import Resource
from schema.licenses import License
from schema.live import Live
from schema.partner import Partner
from schema.query import Query

schema = strawberry.Schema(
    query=Query,
    subscription=Live,
    types=[Partner, Subscription, Trial, License, Order, Invoice, Resource],
    config=StrawberryConfig(),
)
