"""The kinds of relations, each from a level's parents to rows in one statement.

Parents are ids of rows that the viewer was shown in the same request; the rows found are within the viewer's
scope all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resolvers.asking import Asking
from resolvers.context import Arguments, Columns, Context
from resolvers.entity import Entity
from resolvers.question import Question, Statement, names
from resolvers.row import Row
from resolvers.scope import visible
from resolvers.texts import Texts
from resolvers.viewer import Viewer


@dataclass(frozen=True)
class ByKey(Asking):
    """Rows by a unique key of the partner's: None for what is not there or not visible."""

    entity: Entity
    key: str
    type: str
    _texts: Texts = field(default_factory=Texts, compare=False)

    def question(
        self, context: Context, parents: Sequence[Any], _arguments: Arguments, columns: Columns
    ) -> Question | list[Any]:
        entity = self.entity
        if entity.permission and entity.permission not in context.viewer.permissions:
            return [None] * len(parents)
        viewer = context.viewer
        statement = self._texts.get((viewer.sees_all_customers, columns), lambda: self._sql(viewer, columns))
        values = context.parameters() | {"parents": parents}

        def read(rows: Sequence[Row]) -> Sequence[Row | None]:
            found = {row["found_by"]: row for row in rows}
            return [found.get(parent) for parent in parents]

        return Question(statement, statement.bind(values), read)

    def _sql(self, viewer: Viewer, columns: Columns) -> Statement:
        entity = self.entity
        where = [entity.tenant, f"{self.key} = ANY(:parents::{self.type}[])"]
        if entity.customer:
            where.append(visible(viewer, entity.customer))
        select = [*entity.expressions(columns), f"{self.key} AS found_by"]
        source = entity.source(entity.joined([*select, *where]))
        sql = f"SELECT {', '.join(select)} FROM {source} WHERE {' AND '.join(where)}"
        return Statement(sql, entity.row, names(select))


def by_id(entity: Entity) -> ByKey:
    """Rows by their own id."""
    return ByKey(entity, entity.key, "bigint")


@dataclass(frozen=True)
class Children(Asking):
    """All rows of each parent, in one order: for lists that stay short.

    `condition` names `parent.id`, and may name arguments.
    """

    entity: Entity
    condition: str
    order_by: str
    _texts: Texts = field(default_factory=Texts, compare=False)

    def question(
        self, context: Context, parents: Sequence[int], arguments: Arguments, columns: Columns
    ) -> Question:
        viewer = context.viewer
        statement = self._texts.get((viewer.sees_all_customers, columns), lambda: self._sql(viewer, columns))
        values = context.parameters() | dict(arguments) | {"parents": parents}

        def read(rows: Sequence[Row]) -> Sequence[Sequence[Row]]:
            children = by_parent(rows, parents)
            return [children[parent] for parent in parents]

        return Question(statement, statement.bind(values), read)

    def _sql(self, viewer: Viewer, columns: Columns) -> Statement:
        entity = self.entity
        where = [entity.tenant, self.condition]
        if entity.customer:
            where.append(visible(viewer, entity.customer))
        select = ["parent.id AS parent_id", *entity.expressions(columns)]
        source = entity.source(
            entity.joined([*select, *where, self.order_by]),
            base=f"unnest(:parents::bigint[]) AS parent(id) CROSS JOIN {entity.table}",
        )
        found = f"{source} WHERE {' AND '.join(where)} ORDER BY {self.order_by}"
        return Statement(f"SELECT {', '.join(select)} FROM {found}", entity.row, names(select))


def by_parent(rows: Sequence[Row], parents: Sequence[Any]) -> Mapping[Any, Sequence[Row]]:
    """Each parent's rows, in their order."""
    if len(parents) == 1:
        return {parents[0]: rows}
    found: dict[Any, list[Row]] = {parent: [] for parent in parents}
    for row in rows:
        found[row["parent_id"]].append(row)
    return found
