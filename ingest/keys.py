"""The keys of an import's rows, of which one that is there twice is found by a hash."""

from collections.abc import Sequence
from functools import cached_property

import polars as pl

_HASHED_ROWS = 50_000_000
"""Up to so many rows are told apart here, 8 bytes each; of more, PostgreSQL is asked."""


class Keys:
    """Takes in keys, then tells them apart."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._hashes: list[pl.Series] = []
        self._rows = 0

    def add(self, rows: pl.DataFrame) -> None:
        if self._rows <= _HASHED_ROWS:
            self._hashes.append(rows.select(self._columns).hash_rows())
        else:
            self._hashes = []
        self._rows += rows.height

    @cached_property
    def repeated(self) -> pl.Series | None:
        """The hashes that are there more than once; None when there are too many keys to know."""
        hashes, self._hashes = self._hashes, []
        if sum(map(len, hashes)) < self._rows:
            return None
        every = pl.concat(hashes) if hashes else pl.Series(dtype=pl.UInt64)
        return (
            every.clear() if every.n_unique() == self._rows else every.filter(every.is_duplicated()).unique()
        )

    @property
    def differ(self) -> bool:
        """Whether certainly no key is there twice."""
        return self.repeated is not None and self.repeated.is_empty()

    def may_repeat(self, keys: pl.DataFrame) -> pl.Series:
        """Which of these keys may be there more than once."""
        if self.repeated is None:
            return pl.repeat(True, keys.height, eager=True)
        return keys.hash_rows().is_in(self.repeated.implode())
