"""What one statement answers, and how its rows are read."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from models.statement import compile_sql
from resolvers.row import inner, placed
from resolvers.session import Plans

_LAST_NAME = re.compile(r"\w+$")


class Statement:
    """A text with numbered parameters, and the rows that it selects: their class and the names of their columns."""

    row: Any
    """The class of its rows. One that has __hash__, mypy takes for one that cannot be hashed."""

    def __init__(self, sql: str, row: Any, columns: Iterable[str]) -> None:
        self.text, self.parameters = compile_sql(sql)
        self.row = placed(row, tuple(columns))

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        """The values of its parameters."""
        return [values[name] for name in self.parameters]

    @cached_property
    def inner(self) -> Callable[[Sequence[tuple[Any, ...]]], list[Any]]:
        """What makes its rows of their values, where it is part of another statement."""
        return inner(self.row, self.row.COLUMNS)


def names(select: Iterable[str]) -> list[str]:
    """The names of a select list's expressions, each of which ends in its own."""
    return [_LAST_NAME.findall(expression)[0] for expression in select]


@dataclass(slots=True)
class Question:
    """A statement with its arguments, and what each parent has by its rows."""

    statement: Statement
    arguments: list[Any]
    read: Callable[[Sequence[Any]], Sequence[Any]]
    plans: Plans = Plans.KEPT
