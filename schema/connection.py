"""Connections of the Relay specification, with `nodes` and `totalCount` beside the edges."""

from typing import Any, Generic, TypeVar

import strawberry

from executor.declare import At, Load, needs, related, through
from resolvers.context import Arguments
from resolvers.listing import CURSOR, ROOT, TOTAL, Listing
from resolvers.order import Order
from resolvers.page import ListRequest, Narrowing, PageRequest
from resolvers.told import KNOWN

T = TypeVar("T")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Rows follow: ask again with `after: endCursor`.")
    has_previous_page: bool = strawberry.field(
        description="Rows precede: ask again with `before: startCursor`."
    )
    start_cursor: str | None = strawberry.field(
        description="The first row's cursor; null for an empty page.", metadata=needs(CURSOR)
    )
    end_cursor: str | None = strawberry.field(
        description="The last row's cursor; null for an empty page.", metadata=needs(CURSOR)
    )


@strawberry.type(description="A row of a page, and where it stands.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The row.", metadata=through())
    cursor: str = strawberry.field(
        metadata=needs(CURSOR),
        description="Where the row stands in this order of the list; it stays right when rows come and go.",
    )


def _count(root: Any, info: At) -> Load:
    if root.total is not None:
        return Load(KNOWN, root.total, columns=frozenset())
    listing, narrowing = root.of.listing, root.of.request.narrowing
    return Load(listing.counts, root.parent, (("narrowing", narrowing),), columns=frozenset())


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The rows with their cursors.", metadata=through())
    nodes: list[T] = strawberry.field(description="The rows alone, in the same order.", metadata=through())
    page_info: PageInfo = strawberry.field(
        description="Whether there is more, and from which cursors.", metadata=through()
    )
    total_count = related(
        _count,
        type=int,
        needs=(TOTAL,),
        description="How many rows the whole list has. Counted only when selected.",
        cost=10,
    )


def page(
    listing: Listing,
    order: Order,
    request: PageRequest,
    criteria: Arguments = (),
    parent: Any = ROOT,
    narrowing: Narrowing | None = None,
) -> Load:
    """What to ask for one page of a list: of everything, or of the parents'."""
    rows = narrowing or listing.narrowed(criteria)
    return Load(listing, parent, (("request", ListRequest(rows, order, request)),))
