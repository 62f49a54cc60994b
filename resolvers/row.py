"""Light rows: the database driver's own records, whose columns read as attributes."""

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, ClassVar

import asyncpg


class Row(asyncpg.Record):  # type: ignore[misc]
    """A row of a statement. It holds just the columns that were wanted; each entity has a class of its own."""

    __slots__ = ()
    COLUMNS: ClassVar[tuple[str, ...]] = ()
    """Of which columns a row holds the values, in their order, where that is known."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__} was fetched without {name}") from None


@lru_cache(maxsize=4096)
def placed(row: type[Any], columns: tuple[str, ...]) -> type[Row]:
    """The same class for rows that hold just these columns."""
    return type(row.__name__, (row,), {"__slots__": (), "COLUMNS": columns})


class Inner:
    """A row that came within another one: of such, the driver tells the values alone."""

    __slots__ = ()
    of: ClassVar[type[Row]]

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


@lru_cache(maxsize=4096)
def inner(row: type[Any], columns: tuple[str, ...]) -> Callable[[Sequence[tuple[Any, ...]]], list[Any]]:
    """What makes inner rows of their values, which count as rows of that class."""
    named = namedtuple(row.__name__, columns)  # type: ignore[misc]
    made = type(row.__name__, (Inner, named), {"__slots__": (), "COLUMNS": columns, "of": row})
    make = partial(tuple.__new__, made)

    def rows(values: Sequence[tuple[Any, ...]]) -> list[Any]:
        if values and len(values[0]) != len(columns):
            raise ValueError(f"{row.__name__}: these are not the values of {', '.join(columns)}")
        return list(map(make, values))

    return rows


def is_row(value: object, kinds: tuple[type, ...]) -> bool:
    """Whether it is a row of one of these classes."""
    return issubclass(getattr(type(value), "of", type(value)), kinds)
