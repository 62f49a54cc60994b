"""Connections of the Relay specification, with `nodes` and `totalCount` beside the edges."""

from typing import Any, Generic, TypeVar

import strawberry

from resolvers.context import Arguments, Columns
from resolvers.order import Order
from resolvers.page import ListRequest, Narrowing, Page, PageRequest
from resolvers.relations import ROOT, Listing
from schema.selection import OF_CONNECTION, Info, wanted

T = TypeVar("T")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Rows follow: ask again with `after: endCursor`.")
    has_previous_page: bool = strawberry.field(
        description="Rows precede: ask again with `before: startCursor`."
    )
    start_cursor: str | None = strawberry.field(description="The first row's cursor; null for an empty page.")
    end_cursor: str | None = strawberry.field(description="The last row's cursor; null for an empty page.")


@strawberry.type(description="A row of a page, and where it stands.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The row.")
    cursor: str = strawberry.field(
        description="Where the row stands in this order of the list; it stays right when rows come and go."
    )


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The rows with their cursors.")
    nodes: list[T] = strawberry.field(description="The rows alone, in the same order.")
    page_info: PageInfo = strawberry.field(description="Whether there is more, and from which cursors.")
    total_count: int = strawberry.field(
        description="How many rows the whole list has. Counted only when selected."
    )


async def page(
    info: Info,
    listing: Listing,
    order: Order,
    request: PageRequest,
    criteria: Arguments = (),
    parent: Any = ROOT,
    narrowing: Narrowing | None = None,
    nested: Columns = frozenset(),
) -> Page:
    """One page of a list, of a parent's or of everything. `nested` are columns that types within its rows want."""
    rows = narrowing or listing.narrowed(criteria)
    arguments = (("request", ListRequest(rows, order, request)),)
    columns = wanted(info, listing.entity.name, OF_CONNECTION) | nested
    found: Page = await info.context.load(listing, parent, arguments, columns)
    return found
