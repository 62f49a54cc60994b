"""What every reader gives: rows as text, with the lines that they stand on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

LINE = "_line"
REASONS = "_reasons"
RECORD = "_record"
ADDED = (LINE, REASONS, RECORD)
"""What files of rejected rows have beside the rows. They are passed over, so that such a file, put right, can be
imported as it is."""
_SHOWN = 4000
LONGEST_RECORD = 1 << 20
"""Bytes. More is taken for a quote or a line that is never closed, so that memory stays bounded."""


@dataclass(frozen=True)
class Malformed:
    """A record that could not be read as a row."""

    line: int
    column: str | None
    message: str
    record: bytes = b""

    @property
    def text(self) -> str:
        """As it stands in the file, or its beginning: enough to find and mend it."""
        return self.record[:_SHOWN].decode(errors="replace").rstrip("\r\n")


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: LINE, and the file's columns as text, where null is empty."""

    rows: pl.DataFrame
    malformed: list[Malformed] = field(default_factory=list)


class Reader(Protocol):
    """Reads one file, in batches that fit into memory."""

    @property
    def columns(self) -> list[str] | None:
        """The file's columns as they stand in it; None where each row names its own."""

    @property
    def header_line(self) -> int | None:
        """Where they stand; None where a file has no lines."""

    @property
    def header_fault(self) -> str | None:
        """What keeps them from being read at all."""

    def batches(self) -> Iterator[Batch]: ...


class Unreadable(Exception):
    """The file is broken as a whole."""
