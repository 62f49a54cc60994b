"""CSV as RFC 4180 has it: a pattern splits the file into whole records, polars splits these into columns.

The pattern is what makes lines right, finds records that are none, and lets the reading go on after them.
"""

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO

import polars as pl

from ingest.batch import LINE, LONGEST_RECORD, Batch, Malformed

_BLOCK = 8 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_QUOTED = rb'"[^"]*+(?:""[^"]*+)*+'
_FIELD = rb'(?:[^",\r\n]*+|' + _QUOTED + rb'")'
_RECORD = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+\r?\n")
_BEGINNING = re.compile(rb"(?:" + _FIELD + rb",)*+(?:[^\",\r\n]*+\r?|" + _QUOTED + rb'"?\r?)\Z')


class CsvReader:
    """Reads a CSV file from a stream of bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._data = file.read(_BLOCK).removeprefix(_BYTE_ORDER_MARK)
        self._line = 1
        self._ended = False
        self._read_on()
        header = self._header()
        self.columns = header
        # Two columns of one name are refused later; until then they need two names.
        self._schema = {
            name if header.index(name) == i else f"{name} ({i + 1})": pl.String
            for i, name in enumerate(header)
        }
        width = rb"{%d}" % max(len(header) - 1, 0)
        self._records = re.compile(
            rb"(?:(?!\r?\n)" + _FIELD + rb"(?:," + _FIELD + rb")" + width + rb"\r?\n)*+"
        )

    def _read_on(self) -> None:
        """Take in the next block. A last line without its newline gets one."""
        block = self._file.read(_BLOCK)
        self._data += block
        if not block:
            self._ended = True
            if self._data and not self._data.endswith(b"\n"):
                self._data += b"\n"

    def _header(self) -> list[str]:
        record = _RECORD.match(self._data)
        end = record.end() if record else self._data.find(b"\n") + 1
        text = self._take(end).decode(errors="replace")
        return next(csv.reader([text])) or [""] if text else []

    def _take(self, end: int) -> bytes:
        taken, self._data = self._data[:end], self._data[end:]
        self._line += taken.count(b"\n")
        return taken

    def batches(self) -> Iterator[Batch]:
        while self._data or not self._ended:
            malformed: list[Malformed] = []
            rows = []
            while self._data:
                end = self._end_of_good_records()
                if end:
                    rows.append(self._parse(end))
                elif (end := self._end_of_bad_record(malformed)) == 0:
                    break
                else:
                    self._take(end)
            if rows or malformed:
                yield Batch(pl.concat(rows) if rows else self._empty(), malformed)
            if not self._ended:
                self._read_on()

    def _end_of_good_records(self) -> int:
        match = self._records.match(self._data)
        end = match.end() if match else 0
        try:
            self._data[:end].decode()
        except UnicodeDecodeError as error:
            match = self._records.match(self._data, 0, error.start)
            end = match.end() if match else 0
        return end

    def _end_of_bad_record(self, malformed: list[Malformed]) -> int:
        """Where what begins here ends, having said what is wrong with it; 0 when more has to be read to know."""
        record = _RECORD.match(self._data)
        newline = self._data.find(b"\n") + 1
        if record:
            message = self._fault(record.group())
            if message:
                malformed.append(Malformed(self._line, None, message))
            return record.end()
        if not self._ended and len(self._data) < LONGEST_RECORD and _BEGINNING.match(self._data):
            return 0
        if not newline and not self._ended:
            self._skip_line()
            newline = self._data.find(b"\n") + 1
        malformed.append(
            Malformed(self._line, None, "a quote is not closed, or stands inside a field without quotes")
        )
        return newline

    def _fault(self, record: bytes) -> str | None:
        if not record.strip(b"\r\n"):
            return None  # a blank line is no record
        try:
            text = record.decode()
        except UnicodeDecodeError:
            return "is not UTF-8"
        found = len(next(csv.reader([text], strict=True)))
        return f"has {found} fields where the header has {len(self._schema)}"

    def _skip_line(self) -> None:
        """Pass over a line that is too long to be held."""
        while not self._ended and b"\n" not in self._data:
            self._data = b""
            self._read_on()

    def _parse(self, end: int) -> pl.DataFrame:
        first = self._line
        data = self._take(end)
        rows = pl.read_csv(data, has_header=False, schema=self._schema)
        lines = pl.int_range(first, first + rows.height, dtype=pl.Int64)
        if self._line - first != rows.height:  # some fields hold newlines
            inside = pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
            lines = lines + (inside.cum_sum() - inside)
        return rows.select(lines.alias(LINE), pl.all())

    def _empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema={LINE: pl.Int64, **self._schema})
