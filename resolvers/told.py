"""What other rows tell, such as the customer of a line or the total of a page: looked up only where more is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from resolvers.asking import Asking
from resolvers.context import Arguments, Columns, Context
from resolvers.question import Question
from resolvers.relations import ByKey


class ToldRow(SimpleNamespace):
    """As much of a row as another one tells."""

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


@dataclass(frozen=True)
class Told(Asking):
    """From the values of these columns, of which the id comes first, to rows; None for a parent without an id."""

    row: type[ToldRow]
    columns: tuple[str, ...]
    by_id: ByKey

    def ask(
        self, context: Context, parents: Sequence[Any], arguments: Arguments, columns: Columns
    ) -> Question | list[Any] | None:
        is_told = columns.issubset(self.columns)
        ask = self.question if is_told else super().ask
        return ask(context, parents, arguments, columns)

    def question(
        self, context: Context, parents: Sequence[tuple[Any, ...]], arguments: Arguments, columns: Columns
    ) -> Question | list[Any]:
        if columns.issubset(self.columns):
            named = [dict(zip(self.columns, parent, strict=True)) for parent in parents]
            return [None if told["id"] is None else self.row(**told) for told in named]
        ids = [parent[0] for parent in parents if parent[0] is not None]
        if not ids:
            return [None] * len(parents)
        of_ids = self.by_id.question(context, ids, arguments, columns)

        def spread(found: Sequence[Any]) -> list[Any]:
            following = iter(found)
            return [None if parent[0] is None else next(following) for parent in parents]

        if isinstance(of_ids, Question):
            return replace(of_ids, read=lambda rows: spread(of_ids.read(rows)))
        return spread(of_ids)


class Known(Asking):
    """What is known already: each parent itself, however many they are."""

    def ask(
        self, context: Context, parents: Sequence[Any], arguments: Arguments, columns: Columns
    ) -> list[Any]:
        return list(parents)

    question = ask


KNOWN = Known()
