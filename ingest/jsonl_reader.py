"""JSON Lines: an object a line. Numbers stay the text that they were written as, so that 12.50 does."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any, BinaryIO

import polars as pl

from ingest.batch import LINE, LONGEST_RECORD, Batch, Malformed

_ROWS = 50_000
_BYTES = 8 << 20
"""A batch ends with whichever comes first."""


class _Bad(Exception):
    """A line that holds no row."""

    def __init__(self, message: str, column: str | None = None) -> None:
        super().__init__(message)
        self.column = column


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Bad("is there twice", next(name for name in names if names.count(name) > 1))
    return found


def _no_constant(name: str) -> None:
    raise _Bad(f"is not JSON: {name}")


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=_no_constant
)


def _text(name: str, value: Any) -> str | None:
    """A value as it would stand in CSV."""
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str) and "|" not in item for item in value):
        return "|".join(value) or None
    raise _Bad("is neither a plain value nor a list of texts without |", name)


def _refuse_surrogates(row: dict[str, Any]) -> None:
    for name, value in row.items():
        try:
            (value or "").encode()
        except UnicodeEncodeError:
            raise _Bad("is not Unicode text", name) from None


class JsonLinesReader:
    """Reads JSON Lines from a stream of bytes."""

    columns = header_line = header_fault = None

    def __init__(self, file: BinaryIO, known: list[str]) -> None:
        self._file = file
        self._known = known
        self._known_set = frozenset(known)

    def batches(self) -> Iterator[Batch]:
        lines: list[int] = []
        objects: list[dict[str, Any]] = []
        malformed: list[Malformed] = []
        size = 0
        for number, line in self._lines():
            if not line.strip():
                continue
            size += len(line)
            try:
                objects.append(self._row(line))
                lines.append(number)
            except _Bad as bad:
                malformed.append(Malformed(number, bad.column, str(bad), line))
            if len(lines) + len(malformed) == _ROWS or size >= _BYTES:
                yield self._batch(lines, objects, malformed)
                lines, objects, malformed, size = [], [], [], 0
        yield self._batch(lines, objects, malformed)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        number = 0
        while line := self._file.readline(LONGEST_RECORD):
            number += 1
            if number == 1:
                line = line.removeprefix(BOM_UTF8)
            yield number, line
            while not line.endswith(b"\n") and (line := self._file.readline(LONGEST_RECORD)):
                pass  # the rest of a line that is too long to be held, and so was no JSON

    def _row(self, line: bytes) -> dict[str, Any]:
        try:
            row = _decoder.decode(line.strip().decode())
        except UnicodeDecodeError:
            raise _Bad("is not UTF-8") from None
        except json.JSONDecodeError as error:
            raise _Bad(f"is not JSON: {error.msg} at character {error.pos + 1}") from None
        except RecursionError:
            raise _Bad("is not JSON of one row: it is too deep") from None
        if not isinstance(row, dict):
            raise _Bad("is not a JSON object")
        if not row.keys() <= self._known_set:
            raise _Bad("unknown column", next(name for name in row if name not in self._known_set))
        for name, value in row.items():
            if type(value) is not str or not value:
                row[name] = _text(name, value)
        if b"\\u" in line:
            _refuse_surrogates(row)
        return row

    def _batch(self, lines: list[int], objects: list[dict[str, Any]], malformed: list[Malformed]) -> Batch:
        columns = [pl.Series(LINE, lines, dtype=pl.Int64)]
        for name in self._known:
            columns.append(pl.Series(name, [row.get(name) for row in objects], dtype=pl.String))
        return Batch(pl.DataFrame(columns), malformed)
