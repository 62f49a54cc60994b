"""Pages of a list: what a client may ask for, and what it gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from resolvers.context import Arguments, Limits
from resolvers.errors import BadUserInput
from resolvers.ids import GlobalIds
from resolvers.order import Order
from resolvers.row import Row


class PageRequest(NamedTuple):
    """`first` after a cursor, or `last` before one."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def size(self, limits: Limits) -> int:
        """How many rows. Raises BadUserInput for what cannot be served."""
        if self.first is not None and self.last is not None:
            raise BadUserInput("first, last: give one of the two, not both.")
        name, size = ("first", self.first) if self.last is None else ("last", self.last)
        if size is None:
            return limits.default_page_size
        if not 0 <= size <= limits.maximum_page_size:
            raise BadUserInput(f"{name}: give a number from 0 to {limits.maximum_page_size}, not {size}.")
        return size

    @property
    def backward(self) -> bool:
        return self.last is not None

    @property
    def is_beyond(self) -> bool:
        """Whether it is bounded by a cursor."""
        return self.after is not None or self.before is not None


@dataclass(slots=True)
class Edge:
    """A row and where it stands."""

    node: Row
    page: "Page"

    @property
    def cursor(self) -> str:
        return self.page.cursor(self.node)


class Paged(NamedTuple):
    """What the pages of one statement share: the list that they are of, how it was asked for, and its cursors' seal."""

    listing: Any
    request: "ListRequest"
    ids: GlobalIds


@dataclass(slots=True)
class Page:
    """One page. Cursors are made only when somebody asks for them; so is the total, which its list counts."""

    nodes: Sequence[Row]
    more: bool
    """Whether rows follow in the direction that it was asked for."""
    parent: Any
    """Whose list it is of."""
    of: Paged
    total: int | None = None
    """How many rows its list has, where that came with the page."""

    # As Relay has it: up to the other cursor when a size was given, else whatever lies beyond it.
    @property
    def has_next_page(self) -> bool:
        page = self.of.request.page
        return (self.more and not page.backward) or (page.before is not None and page.first is None)

    @property
    def has_previous_page(self) -> bool:
        page = self.of.request.page
        return (self.more and page.backward) or (page.after is not None and not page.backward)

    @property
    def edges(self) -> list[Edge]:
        return [Edge(row, self) for row in self.nodes]

    @property
    def page_info(self) -> "Page":
        """Where it stands in its list, which it tells itself."""
        return self

    @property
    def start_cursor(self) -> str | None:
        return self.cursor(self.nodes[0]) if self.nodes else None

    @property
    def end_cursor(self) -> str | None:
        return self.cursor(self.nodes[-1]) if self.nodes else None

    def cursor(self, row: Row) -> str:
        return self.of.request.order.cursor(row, self.of.ids)


class Narrowing(NamedTuple):
    """Which rows of a list, on which day: conditions, and the values of the parameters that they name."""

    where: tuple[str, ...] = ()
    values: Arguments = ()
    as_of: date | None = None


class ListRequest(NamedTuple):
    """Everything that a list's arguments say: which rows, in which order, which page."""

    narrowing: Narrowing
    order: Order
    page: PageRequest
