"""Light rows: the database driver's own records, whose columns read as attributes."""

from typing import Any

import asyncpg


class Row(asyncpg.Record):  # type: ignore[misc]
    """A row of a statement. It holds just the columns that were wanted; each entity has a class of its own."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__} was fetched without {name}") from None
