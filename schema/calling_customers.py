"""The tables of calling analytics, a row for each customer, in pages."""

from typing import Annotated, Any

import strawberry

from executor.declare import At, Load, itself, related
from resolvers.calling_customers import (
    QUALITY_ROWS,
    QUEUE_ROWS,
    USAGE_ROWS,
    calling_order,
    covered_customers,
)
from resolvers.calling_details import FEATURE_USAGE_OF_CUSTOMERS
from resolvers.customers import CUSTOMER_BY_ID
from resolvers.listing import Listing
from resolvers.page import PageRequest
from schema.arguments import After, Before, First, Last
from schema.calling_enums import (
    CustomerCallingUsageOrderField,
    CustomerCallQualityOrderField,
    CustomerCallQueueOrderField,
)
from schema.calling_figures import (
    CallingUsageFigures,
    CallQualityFigures,
    CallQueueFigures,
    FeatureUsage,
)
from schema.connection import Connection, page
from schema.enums import OrderDirection
from schema.lazy import CUSTOMER


def _customer_field() -> Any:
    return related(CUSTOMER_BY_ID, key="customer_id", type=CUSTOMER, description="The customer.")


def _figures_field(type: Any) -> Any:
    return itself("week", type=type, description="Its figures of the latest completed week.")


@strawberry.type(description="How much a customer called in the latest completed week.")
class CustomerCallingUsage:
    customer = _customer_field()
    figures = _figures_field(CallingUsageFigures)
    active_users_change: int = strawberry.field(
        description="Active users less those of the week before, which are 0 if that week did not cover the customer."
    )
    calls_change: int = strawberry.field(description="Calls less those of the week before, likewise.")


@strawberry.type(description="How good a customer's calls were in the latest completed week.")
class CustomerCallQuality:
    customer = _customer_field()
    figures = _figures_field(CallQualityFigures)
    poor_rate_change: float | None = strawberry.field(
        description="The poor rate less that of the week before: 0.1 is ten percentage points."
        " Null unless both weeks have one."
    )


def _feature_calls(root: Any, info: At) -> Load:
    return Load(FEATURE_USAGE_OF_CUSTOMERS, root.customer_id, (("week", root.week),), frozenset())


@strawberry.type(description="How a customer's call queues did in the latest completed week.")
class CustomerCallQueue:
    customer = _customer_field()
    figures = _figures_field(CallQueueFigures)
    feature_calls = related(
        _feature_calls,
        type=list[FeatureUsage],
        description="How much it used every feature.",
        needs=("customer_id", "week"),
    )


_WHAT, _DIRECTION = "What to order by.", "Which end comes first."


@strawberry.input(description="The order of customers' usage.")
class CustomerCallingUsageOrder:
    field: CustomerCallingUsageOrderField = strawberry.field(description=_WHAT)
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=_DIRECTION)


@strawberry.input(description="The order of customers' call quality.")
class CustomerCallQualityOrder:
    field: CustomerCallQualityOrderField = strawberry.field(description=_WHAT)
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=_DIRECTION)


@strawberry.input(description="The order of customers' call queues.")
class CustomerCallQueueOrder:
    field: CustomerCallQueueOrderField = strawberry.field(description=_WHAT)
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=_DIRECTION)


Order = CustomerCallingUsageOrder | CustomerCallQualityOrder | CustomerCallQueueOrder
_ORDER = strawberry.argument(description="In which order. By customer name if left out.")


def _page(root: Any, listing: Listing, order: Order, request: PageRequest) -> Load:
    by = calling_order(order.field, descending=order.direction is OrderDirection.DESC)
    return page(listing, by, request, narrowing=covered_customers(listing, root))


def _usage(
    root: Any,
    info: At,
    order_by: Annotated[CustomerCallingUsageOrder | None, _ORDER] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    order = order_by or CustomerCallingUsageOrder(field=CustomerCallingUsageOrderField.CUSTOMER_NAME)
    request = PageRequest(first, after, last, before)
    return _page(root, USAGE_ROWS, order, request)


def _quality(
    root: Any,
    info: At,
    order_by: Annotated[CustomerCallQualityOrder | None, _ORDER] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    order = order_by or CustomerCallQualityOrder(field=CustomerCallQualityOrderField.CUSTOMER_NAME)
    request = PageRequest(first, after, last, before)
    return _page(root, QUALITY_ROWS, order, request)


def _queues(
    root: Any,
    info: At,
    order_by: Annotated[CustomerCallQueueOrder | None, _ORDER] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Load:
    order = order_by or CustomerCallQueueOrder(field=CustomerCallQueueOrderField.CUSTOMER_NAME)
    request = PageRequest(first, after, last, before)
    return _page(root, QUEUE_ROWS, order, request)


USAGE_PAGE = related(
    _usage,
    type=Connection[CustomerCallingUsage],
    description="Each customer's usage in the latest completed week, with the change from the week before.",
)
QUALITY_PAGE = related(
    _quality,
    type=Connection[CustomerCallQuality],
    description="Each customer's call quality in the latest completed week.",
)
QUEUES_PAGE = related(
    _queues,
    type=Connection[CustomerCallQueue],
    description="Each customer's call queues in the latest completed week; only customers that have any.",
)
