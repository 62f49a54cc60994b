"""Lists in keyset pages, and how many rows each has: of everything, or of each of a level's parents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resolvers.asking import Asking
from resolvers.context import Arguments, Columns, Context
from resolvers.criteria import opened
from resolvers.entity import Entity
from resolvers.page import ListRequest, Narrowing, Page, Paged
from resolvers.question import Question, Statement, names
from resolvers.relations import by_parent
from resolvers.row import Row
from resolvers.scope import listed, visible
from resolvers.session import Plans
from resolvers.texts import Texts
from resolvers.viewer import Viewer

Criteria = Mapping[str, str]
"""What rows can be filtered by: the condition of each criterion, whose value is the parameter of that name."""

ROOT = 0
"""The parent of a list that hangs on nothing."""
CURSOR = "cursor"
"""What a page is asked for where its rows' cursors are wanted: the keys of its order, which they hold."""
TOTAL = "total_of_list"
"""What a page is asked for where the total of its list is wanted as well."""


@dataclass(frozen=True)
class Counts(Asking):
    """How many rows each parent's list has."""

    listing: "Listing"
    _texts: Texts = field(default_factory=Texts, compare=False)

    def question(
        self, context: Context, parents: Sequence[int], arguments: Arguments, _columns: Columns
    ) -> Question:
        listing = self.listing
        narrowing: Narrowing = dict(arguments)["narrowing"]
        values = _parameters(context, narrowing)
        key = (context.viewer.sees_all_customers, narrowing.where)
        statement = self._texts.get(key, lambda: self._sql(context.viewer, narrowing))
        values["parents"] = parents

        def read(rows: Sequence[Row]) -> Sequence[int]:
            if not listing.parent:
                return [rows[0]["total"]] * len(parents)
            totals = {row["parent_id"]: row["total"] for row in rows}
            return [totals[parent] for parent in parents]

        plans = Plans.KEPT if listing.parent else Plans.BY_VALUES
        return Question(statement, statement.bind(values), read, plans)

    def _sql(self, viewer: Viewer, narrowing: Narrowing) -> Statement:
        listing, entity = self.listing, self.listing.entity
        where = listing.conditions(viewer, narrowing)
        source = entity.source(entity.joined(where), whole=listing.reads_whole(viewer))
        count = f"SELECT count(*) AS total FROM {source} WHERE {' AND '.join(where)}"
        if not listing.parent:
            return Statement(count, Row, ["total"])
        sql = (
            "SELECT parent.id AS parent_id, one.total FROM unnest(:parents::bigint[]) AS parent(id)"
            f" CROSS JOIN LATERAL ({count}) one"
        )
        return Statement(sql, Row, ["parent_id", "total"])


@dataclass(frozen=True)
class Listing(Asking):
    """A list in keyset pages: of everything the viewer may list, or of each parent's (`parent` names `parent.id`)."""

    entity: Entity
    criteria: Criteria
    parent: str | None = None
    short: bool = False
    """Whether each parent's list is so short that it is counted along with its page."""
    counts: Counts = field(init=False, compare=False)
    _texts: Texts = field(default_factory=Texts, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", Counts(self))

    def narrowed(self, criteria: Arguments) -> Narrowing:
        """The rows that meet the criteria."""
        return Narrowing(tuple(self.criteria[name] for name, _ in criteria), criteria)

    def conditions(self, viewer: Viewer, narrowing: Narrowing) -> list[str]:
        entity = self.entity
        where = [entity.tenant]
        if self.parent:
            where.append(self.parent)
        if entity.customer:
            # The own organization is in no list of customers; what hangs on it is listed under it alone.
            seen = visible if self.parent and entity.customer != entity.key else listed
            where.append(seen(viewer, entity.customer))
        return [*where, *narrowing.where]

    def reads_whole(self, viewer: Viewer) -> bool:
        """Whether a filter or an order over a summary is best answered by one pass over the partner's rows."""
        return self.parent is None and viewer.sees_all_customers

    def ask(
        self, context: Context, parents: Sequence[int], arguments: Arguments, columns: Columns
    ) -> Question | list[Any] | None:
        """Lists of everything may take their time, each beside the others."""
        return super().ask(context, parents, arguments, columns) if self.parent else None

    def question(
        self, context: Context, parents: Sequence[int], arguments: Arguments, columns: Columns
    ) -> Question:
        request: ListRequest = dict(arguments)["request"]
        narrowing = request.narrowing
        values = _parameters(context, narrowing)
        size = request.page.size(context.limits)
        cursors = self._cursor_conditions(request, context)
        values |= cursors.values
        values["parents"] = parents
        conditions, viewer = tuple(cursors.conditions), context.viewer
        key = (
            *(viewer.sees_all_customers, narrowing.where, request.order),
            *(request.page.backward, size, conditions, columns),
        )
        statement = self._texts.get(key, lambda: self._sql(viewer, request, size, conditions, columns))
        of = Paged(self, request, context.ids)
        counted = self._is_counted(columns, conditions)

        def read(rows: Sequence[Row]) -> Sequence[Page]:
            pages = by_parent(rows, parents) if self.parent else {ROOT: rows}
            return [_page(pages[parent], size, parent, of, counted=counted) for parent in parents]

        return Question(statement, statement.bind(values), read, self._plans(request, viewer))

    def _is_counted(self, columns: Columns, cursors: Sequence[str]) -> bool:
        """Whether rows tell how many there are. A page beyond a cursor has just those beyond it at hand."""
        return self.short and TOTAL in columns and not cursors

    def _plans(self, request: ListRequest, viewer: Viewer) -> Plans:
        """A page by parents or of everything is found alike whatever the values; filters tell by theirs."""
        of_everything = (
            viewer.sees_all_customers and not request.narrowing.where and not request.page.is_beyond
        )
        return Plans.KEPT if self.parent or of_everything else Plans.BY_VALUES

    def _sql(
        self, viewer: Viewer, request: ListRequest, size: int, cursors: Sequence[str], columns: Columns
    ) -> Statement:
        entity, order = self.entity, request.order
        where = [*self.conditions(viewer, request.narrowing), *cursors]
        backward = request.page.backward
        found_by = entity.joined([*where, *(key.sql for key in order.keys)])
        select = entity.expressions(columns)
        shown_by = entity.joined(select)
        # Summaries that are only shown are looked up for the page's rows, not for all that were sorted.
        late = any(entity.is_summary(alias) and alias not in found_by for alias in shown_by)
        inner_select = [f"{entity.key} AS id"] if late else select
        inner_joins = found_by if late else entity.joined([*where, *(key.sql for key in order.keys), *select])
        parent = ["parent.id AS parent_id"] if self.parent else []
        total = [f"count(*) OVER () AS {TOTAL}"] if self._is_counted(columns, cursors) else []
        keys = order.select() if late or self.parent or CURSOR in columns else []
        paged = [*parent, *inner_select, *keys, *total]
        page = (
            f"SELECT {', '.join(paged)}"
            f" FROM {entity.source(inner_joins, whole=self.reads_whole(viewer))} WHERE {' AND '.join(where)}"
            f" ORDER BY {order.order_by(backward)} LIMIT {size + 1}"
        )
        if self.parent:
            page = (
                "SELECT page.* FROM unnest(:parents::bigint[]) AS parent(id)"
                f" CROSS JOIN LATERAL ({page}) page ORDER BY {order.order_by_selected(backward)}"
            )
        if not late:
            return Statement(page, entity.row, names(paged))
        shown = [
            *(["page.parent_id"] if parent else []),
            *select,
            *(f"page.{name}" for name in order.selected),
            *([f"page.{TOTAL}"] if total else []),
        ]
        base = f"({page}) page JOIN {entity.table} ON {entity.tenant} AND {entity.key} = page.id"
        source = entity.source(shown_by, base=base)
        sql = f"SELECT {', '.join(shown)} FROM {source} ORDER BY {order.order_by_selected(backward)}"
        return Statement(sql, entity.row, names(shown))

    def _cursor_conditions(self, request: ListRequest, context: Context) -> "_Cursors":
        if not request.page.is_beyond:
            return _NO_CURSORS
        cursors = _Cursors([], {})
        for name, cursor, reverse in (
            ("after", request.page.after, False),
            ("before", request.page.before, True),
        ):
            if cursor is not None:
                values = request.order.read_cursor(cursor, name, context.ids)
                cursors.conditions.append(request.order.beyond(values, name, reverse))
                cursors.values.update({f"{name}_{n}": value for n, value in enumerate(values)})
        return cursors


def _parameters(context: Context, narrowing: Narrowing) -> dict[str, Any]:
    """What the statement of narrowed rows may name. Raises BadUserInput for an ID that is none."""
    return context.parameters(narrowing.as_of) | dict(opened(narrowing.values, context.ids))


def _page(rows: Sequence[Row], size: int, parent: int, of: Paged, *, counted: bool) -> Page:
    """The page of these rows, of which there is one more than it takes where more follow."""
    total = (rows[0][TOTAL] if rows else 0) if counted else None
    more = len(rows) > size
    if more:
        rows = rows[:size]
    return Page(rows[::-1] if of.request.page.backward else rows, more, parent, of, total)


@dataclass(frozen=True)
class _Cursors:
    conditions: list[str]
    values: dict[str, Any]


_NO_CURSORS = _Cursors([], {})
