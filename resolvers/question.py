"""What one statement answers, and how its rows are read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resolvers.row import Row
from resolvers.session import Plans


@dataclass(slots=True)
class Question:
    """A statement, and what each parent has by its rows."""

    sql: str
    values: Mapping[str, Any]
    row: type[Row]
    read: Callable[[Sequence[Any]], Sequence[Any]]
    plans: Plans = Plans.KEPT
