"""Rows that rows of something else tell of, such as the customer of a line: looked up only where more is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from resolvers.context import Arguments, Columns, Context
from resolvers.relations import ByKey


class ToldRow(SimpleNamespace):
    """As much of a row as another one tells."""

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


@dataclass(frozen=True)
class Told:
    """From the values of these columns, of which the id comes first, to rows; None for a parent without an id."""

    row: type[ToldRow]
    columns: tuple[str, ...]
    by_id: ByKey

    async def load(
        self, context: Context, parents: Sequence[tuple[Any, ...]], arguments: Arguments, columns: Columns
    ) -> Sequence[Any]:
        if columns.issubset(self.columns):
            named = [dict(zip(self.columns, parent, strict=True)) for parent in parents]
            return [None if told["id"] is None else self.row(**told) for told in named]
        ids = [parent[0] for parent in parents if parent[0] is not None]
        found = iter(await self.by_id.load(context, ids, arguments, columns) if ids else ())
        return [None if parent[0] is None else next(found) for parent in parents]
