"""Arguments that several fields share, described once."""

from datetime import date
from typing import Annotated, TypeVar

import strawberry

from resolvers.context import EARLIEST, LATEST
from schema.enums import Product
from schema.filters import (
    SEARCHED,
    CustomerFilter,
    CustomerOrder,
    PartnerAdminFilter,
    SubscriptionFilter,
    SubscriptionOrder,
    TrialFilter,
    TrialOrder,
)
from schema.library import ResourceFilter

T = TypeVar("T")


def or_default(value: T | None, default: T) -> T:
    """The argument, or its default where a client sends null for what it leaves out."""
    return default if value is None else value


First = Annotated[
    int | None, strawberry.argument(description="How many rows from the start, or after a cursor.")
]
After = Annotated[str | None, strawberry.argument(description="A cursor: only rows behind it.")]
Last = Annotated[
    int | None, strawberry.argument(description="How many rows from the end, or before a cursor.")
]
Before = Annotated[str | None, strawberry.argument(description="A cursor: only rows ahead of it.")]

AsOf = Annotated[
    date | None,
    strawberry.argument(
        description=f"The day (UTC) on which to look, from {EARLIEST} to {LATEST}; today if left out."
    ),
]
OfProduct = Annotated[
    Product | None, strawberry.argument(description="Only lines of this product; all if left out.")
]

_FILTER = "Which rows; all if left out."
_ORDER = "In which order."
OfCustomers = Annotated[
    CustomerFilter | None, strawberry.argument(description="Which customers; all if left out.")
]
ByCustomer = Annotated[
    CustomerOrder | None, strawberry.argument(description=_ORDER + " By name if left out.")
]
OfSubscriptions = Annotated[SubscriptionFilter | None, strawberry.argument(description=_FILTER)]
BySubscription = Annotated[
    SubscriptionOrder | None, strawberry.argument(description=_ORDER + " By subscription ID if left out.")
]
OfTrials = Annotated[TrialFilter | None, strawberry.argument(description=_FILTER)]
ByTrial = Annotated[TrialOrder | None, strawberry.argument(description=_ORDER + " By end date if left out.")]
OfPartnerAdmins = Annotated[PartnerAdminFilter | None, strawberry.argument(description=_FILTER)]
OfResources = Annotated[ResourceFilter | None, strawberry.argument(description=_FILTER)]
InTags = Annotated[
    str | None, strawberry.argument(description="Only tags in whose name each word occurs" + SEARCHED)
]
InResources = Annotated[
    str | None,
    strawberry.argument(
        description="Only resources in whose title, summary or tags each word occurs" + SEARCHED
    ),
]
