"""Orders, invoices and money."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from executor.declare import through
from resolvers.billing import InvoiceRow, OrderRow
from schema.enums import InvoiceStatus, OrderType, Product
from schema.node import Node, rows


@strawberry.type(description="An amount of money.")
class Money:
    amount: Decimal = strawberry.field(description="A decimal number, as text: no rounding on the way.")
    currency: str = strawberry.field(description="The currency, as its ISO 4217 code.")


def _money(root: Any) -> Any:
    return root  # the row has amount and currency itself


@strawberry.type(description="An order on a subscription.")
class Order(Node):
    is_type_of = rows(OrderRow)

    order_id: str = strawberry.field(description="The order's ID in the partner's files.")
    ordered_on: date = strawberry.field(description="The day of the order.")
    type: OrderType = strawberry.field(description="What the order does.")
    product: Product = strawberry.field(description="What was ordered.")
    quantity: int = strawberry.field(description="How many licenses.")
    amount = strawberry.field(
        resolver=_money,
        graphql_type=Money,
        description="What it costs.",
        metadata=through(),
    )


@strawberry.type(description="An invoice of a subscription.")
class Invoice(Node):
    is_type_of = rows(InvoiceRow)

    number: str = strawberry.field(description="The number printed on the invoice.")
    issued_on: date = strawberry.field(description="The day it was issued.")
    due_on: date = strawberry.field(description="The day by which it is to be paid.")
    amount = strawberry.field(
        resolver=_money,
        graphql_type=Money,
        description="What is to be paid.",
        metadata=through(),
    )
    status: InvoiceStatus = strawberry.field(description="Whether it is paid.")
    document_url: str | None = strawberry.field(
        description="Where the document opens; null when there is none."
    )
