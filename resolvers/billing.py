"""Orders and invoices of subscriptions: open to those who may see billing."""

from resolvers.entity import Entity, Join
from resolvers.listing import Listing
from resolvers.order import Key, Order
from resolvers.relations import by_id
from resolvers.row import Row
from resolvers.viewer import Permission


class OrderRow(Row):
    """An order."""


class InvoiceRow(Row):
    """An invoice."""


ORDER = Entity(
    "Order",
    OrderRow,
    "orders ord",
    customer="os.customer_id",
    permission=Permission.VIEW_BILLING,
    columns={
        "order_id": "ord.external_id",
        "ordered_on": "ord.ordered_on",
        "type": "ord.type",
        "product": "ord.product",
        "quantity": "ord.quantity",
        "amount": "ord.amount",
        "currency": "ord.currency",
    },
    joins={"os": Join("JOIN subscriptions os ON os.partner_id = :partner AND os.id = ord.subscription_id")},
)
INVOICE = Entity(
    "Invoice",
    InvoiceRow,
    "invoices inv",
    customer="ivs.customer_id",
    permission=Permission.VIEW_BILLING,
    columns={
        "number": "inv.number",
        "issued_on": "inv.issued_on",
        "due_on": "inv.due_on",
        "amount": "inv.amount",
        "currency": "inv.currency",
        "status": "inv.status",
        "document_url": "inv.document_url",
    },
    joins={
        "ivs": Join("JOIN subscriptions ivs ON ivs.partner_id = :partner AND ivs.id = inv.subscription_id")
    },
)

ORDER_ORDER = Order("orders", (Key("ord.ordered_on", "date", descending=True), Key("ord.external_id")))
INVOICE_ORDER = Order("invoices", (Key("inv.issued_on", "date", descending=True), Key("inv.external_id")))

ORDER_BY_ID = by_id(ORDER)
ORDERS_OF_SUBSCRIPTION = Listing(ORDER, {}, "ord.subscription_id = parent.id", short=True)
INVOICE_BY_ID = by_id(INVOICE)
INVOICES_OF_SUBSCRIPTION = Listing(INVOICE, {}, "inv.subscription_id = parent.id", short=True)
