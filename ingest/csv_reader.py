"""CSV as RFC 4180 has it: a pattern splits the file into whole records, polars splits these into columns.

The pattern is what makes lines right, finds records that are none, and lets the reading go on after them. A block
without quotes in which all is well does without it: counting tells, twice as fast.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import BinaryIO

import polars as pl

from ingest.batch import ADDED, LINE, LONGEST_RECORD, Batch, Malformed

_BLOCK = 4 << 20
_MANY = 10_000
"""So many malformed records are given away before the next are looked for."""

_QUOTED = rb'"[^"]*+(?:""[^"]*+)*+'
_FIELD = rb"(?:" + _QUOTED + rb'"|[^",\r\n]*+)'
_RECORD = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+\r?\n")
_ANY_FIELD = re.compile(r"(" + _FIELD.decode() + r")(?:,|\r?\n)")
_BLANK_LINES = re.compile(rb"(?:\r?\n)*+")
_NO_CSV = "is not CSV: a quote or a carriage return is out of place"
_NO_UTF8 = "is not UTF-8"
_UTF8 = re.compile(
    rb"(?:[\x00-\x7f]++|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2})*+"
)
_BEGINNING = re.compile(rb"(?:" + _FIELD + rb",)*+(?:" + _QUOTED + rb'"?\r?|[^",\r\n]*+\r?)\Z')


def _records(fields: int) -> re.Pattern[bytes]:
    """Any number of records with so many fields; a blank line is none."""
    more = rb"(?:," + _FIELD + rb"){%d}" % (fields - 1)
    return re.compile(rb"(?:(?!\r?\n)" + _FIELD + more + rb"\r?\n)*+")


def _split(record: str) -> list[str]:
    """The fields of a record that is well-formed."""
    return [
        quoted[1:-1].replace('""', '"') if (quoted := match[1]).startswith('"') else quoted
        for match in _ANY_FIELD.finditer(record)
    ]


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _numbered(lines: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    return lines.alias(LINE), pl.exclude(ADDED)


class CsvReader:
    """Reads a CSV file from a stream of bytes."""

    def __init__(self, file: BinaryIO, block: int = _BLOCK) -> None:
        self._file = file
        self._block = block
        self._data = file.read(max(block, len(BOM_UTF8))).removeprefix(BOM_UTF8)
        self._at = 0
        self._line = 1
        self._ended = False
        self._untried = True
        self._utf8 = True
        self._read_on()
        self._pass_over_blank_lines()
        self.header_line = self._line
        self.header_fault: str | None = None
        header = self._header()
        self.columns = [name for name in header if name not in ADDED]
        # Two columns of one name are refused later; until then they need two names.
        first = {name: i for i, name in reversed(list(enumerate(header)))}
        self._schema = {
            name if first[name] == i else f"{name} ({i + 1})": pl.String for i, name in enumerate(header)
        }
        self._records = _records(max(len(header), 1))

    def _read_on(self) -> None:
        """Take in the next block. A last line without its newline gets one."""
        block = self._file.read(self._block)
        self._data = self._data[self._at :] + block
        self._at = 0
        self._untried = True
        self._utf8 = True
        if not block:
            self._ended = True
            if self._data and not self._data.endswith(b"\n"):
                self._data += b"\n"

    def _pass_over_blank_lines(self) -> None:
        while True:
            if blank := _BLANK_LINES.match(self._data, self._at):
                self._take(blank.end())
            if self._ended or len(self._data) - self._at > 1:  # one may be a carriage return
                return
            self._read_on()

    def _header(self) -> list[str]:
        while not self._ended and not self._end_of_line() and len(self._data) - self._at < LONGEST_RECORD:
            self._read_on()
        if self._at == len(self._data):
            return []
        record = _RECORD.match(self._data, self._at)
        data = self._take(record.end() if record else self._end_of_line())
        if not _is_utf8(data):
            self.header_fault = _NO_UTF8
        elif not record:
            self.header_fault = _NO_CSV
        text = data.decode(errors="replace")
        return _split(text) if record else [text.strip()]

    def _take(self, end: int) -> bytes:
        taken = self._data[self._at : end]
        self._at = end
        self._line += taken.count(b"\n")
        return taken

    def _end_of_line(self) -> int:
        return self._data.find(b"\n", self._at) + 1

    def batches(self) -> Iterator[Batch]:
        rows: list[pl.DataFrame] = []
        malformed: list[Malformed] = []
        while self._at < len(self._data) or not self._ended:
            if (plain := self._plain_records()) is not None:
                rows.append(plain)
            elif (end := self._end_of_good_records()) > self._at:
                rows.append(self._parse(end))
            elif self._at < len(self._data) and (end := self._end_of_bad_record(malformed)):
                self._take(end)
            else:
                self._read_on()
                if rows or malformed:
                    yield self._batch(rows, malformed)
                    rows, malformed = [], []
            if len(malformed) == _MANY:
                yield self._batch(rows, malformed)
                rows, malformed = [], []
        yield self._batch(rows, malformed)

    def _batch(self, rows: list[pl.DataFrame], malformed: list[Malformed]) -> Batch:
        none = pl.DataFrame(schema=self._schema).select(_numbered(pl.int_range(0)))
        return Batch(pl.concat([none, *rows], rechunk=True), malformed)

    def _plain_records(self) -> pl.DataFrame | None:
        """The whole lines at hand, if each is a record as it stands. Looked for once a block."""
        untried, self._untried = self._untried, False
        end = self._data.rfind(b"\n") + 1
        # Of one column, blank lines are not told apart.
        if not untried or end <= self._at or len(self._schema) < 2:
            return None
        data = self._data[self._at : end]
        lines = data.count(b"\n")
        if (
            b'"' in data
            or data.count(b",") != lines * (len(self._schema) - 1)
            or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n"))
            or not _is_utf8(data)
        ):
            return None
        try:  # with so many commas, a line that lacks some means one that has too many, which is refused
            rows = pl.read_csv(data, has_header=False, schema=self._schema, quote_char=None)
        except pl.exceptions.PolarsError:
            return None
        numbers = pl.int_range(self._line, self._line + lines, dtype=pl.Int64)
        self._at = end
        self._line += lines
        return rows.select(_numbered(numbers))

    def _end_of_good_records(self) -> int:
        if self._utf8:
            end = self._end_of_records(len(self._data))
            self._utf8 = _is_utf8(self._data[self._at : end])
            if self._utf8:
                return end
        # Of a block in which something is not UTF-8, each record up to the next such is looked at once.
        utf8 = _UTF8.match(self._data, self._at)
        return self._end_of_records(utf8.end() if utf8 else self._at)

    def _end_of_records(self, before: int) -> int:
        match = self._records.match(self._data, self._at, before)
        return match.end() if match else self._at

    def _end_of_bad_record(self, malformed: list[Malformed]) -> int:
        """Where what begins here ends, having said what is wrong with it; 0 when more has to be read to know."""
        if record := _RECORD.match(self._data, self._at):
            if message := self._fault(record.group()):
                malformed.append(Malformed(self._line, None, message, record.group()))
            return record.end()
        more_may_come = not self._ended and len(self._data) - self._at < LONGEST_RECORD
        if more_may_come and _BEGINNING.match(self._data, self._at):
            return 0
        line = self._data[self._at : self._end_of_line() or None]
        malformed.append(Malformed(self._line, None, _NO_CSV, line))
        while not self._end_of_line() and not self._ended:  # pass over what is too long to be held
            self._at = len(self._data)
            self._read_on()
        return self._end_of_line()

    def _fault(self, record: bytes) -> str | None:
        if not record.strip(b"\r\n"):
            return None  # a blank line is no record
        try:
            text = record.decode()
        except UnicodeDecodeError:
            return _NO_UTF8
        return f"has {len(_split(text))} fields where the header has {len(self._schema)}"

    def _parse(self, end: int) -> pl.DataFrame:
        first = self._line
        data = self._take(end)
        rows = pl.read_csv(data, has_header=False, schema=self._schema)
        if b'""' in data:
            rows = rows.with_columns(pl.all().replace("", None))
        lines = pl.int_range(first, first + rows.height, dtype=pl.Int64)
        if self._line - first != rows.height:  # some fields hold newlines
            inside = pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
            lines = lines + (inside.cum_sum() - inside)
        return rows.select(_numbered(lines))
