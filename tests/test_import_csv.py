"""The CSV reader over random records, and over what is none, in blocks of every size."""

import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.batch import LONGEST_RECORD
from ingest.csv_reader import CsvReader

FIELD = st.text(st.sampled_from(list('abé日",\n\r \t#\\|0')), max_size=8)
WIDTH = 3
RECORD = st.lists(FIELD, min_size=WIDTH, max_size=WIDTH)
NAMES = ["a", "b,", 'c"']


def read(data: bytes, block: int) -> tuple[list[tuple[object, ...]], list[tuple[int, str]]]:
    batches = list(CsvReader(io.BytesIO(data), block).batches())
    rows = pl.concat([batch.rows for batch in batches])
    return rows.rows(), [(bad.line, bad.message) for batch in batches for bad in batch.malformed]


def written(
    records: list[list[str]], newline: str, quote_all: bool, blank_after: int
) -> tuple[str, list[int]]:
    """A file of these records, and the lines on which they begin."""

    def field(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if quote_all or set(text) & set('",\r\n') else text

    text, lines = "", []
    for number, record in enumerate([NAMES, *records]):
        lines.append(text.count("\n") + 1)
        text += ",".join(map(field, record)) + newline
        if number == blank_after:
            text += newline
    return text, lines[1:]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(RECORD, max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.integers(0, 12),
    st.integers(1, 80),
    st.booleans(),
)
def test_any_records_are_read_with_their_lines(
    records: list[list[str]], newline: str, quote_all: bool, blank_after: int, block: int, ends: bool
) -> None:
    text, lines = written(records, newline, quote_all, blank_after)
    data = text.encode()
    if not ends and blank_after > len(records):
        data = data.removesuffix(newline.encode())

    rows, malformed = read(data, block)

    expected = [
        (line, *(field or None for field in record)) for line, record in zip(lines, records, strict=True)
    ]
    assert rows == expected
    assert malformed == []
    assert CsvReader(io.BytesIO(data), block).columns == NAMES


EDGES = [
    0x7F,
    0x80,
    0x7FF,
    0x800,
    0xD7FF,
    0xE000,
    0xFFFF,
    0x10000,
    0x3FFFF,
    0x40000,
    0xFFFFF,
    0x100000,
    0x10FFFF,
]


def test_every_character_is_read_beside_bytes_that_are_none() -> None:
    records = [f"{chr(code)},2,3".encode() for code in EDGES]
    no_characters = [
        b"\xc1\xbf",
        b"\xe0\x9f\xbf",
        b"\xed\xa0\x80",
        b"\xf0\x8f\xbf\xbf",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
    ]
    bad = [b'"1",%b,3' % characters for characters in no_characters]

    rows, malformed = read(b"a,b,c\n" + b"\n".join([bad[0], *records, *bad]), 4 << 20)

    assert [row[1] for row in rows] == [chr(code) for code in EDGES]
    assert [at for at, _ in malformed] == [2, *range(3 + len(EDGES), 3 + len(EDGES) + len(bad))]


def test_many_records_that_are_not_utf8_take_no_longer_each() -> None:
    many = 50_000
    rows, malformed = read(b"a,b,c\n" + b"1,Z\xfcrich,3\n" * many + b"4,5,6\n", 4 << 20)

    assert rows == [(many + 2, "4", "5", "6")]
    assert malformed == [(line, "is not UTF-8") for line in range(2, many + 2)]


BAD = st.sampled_from([b"x,y", b"1,2,3,4", b'a"b,2,3', b'"a"b,2,3', b"\xff,2,3", b"a\rb,2,3"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(BAD, st.just(b"1,2,3"), st.just(b'"1\n1",2,"3"')), max_size=15), st.integers(1, 60))
def test_reading_goes_on_after_what_is_no_record(records: list[bytes], block: int) -> None:
    rows, malformed = read(b"a,b,c\n" + b"".join(record + b"\n" for record in records), block)

    line = 2
    good: list[int] = []
    bad: list[int] = []
    for record in records:
        (good if record.strip(b'"') in (b"1,2,3", b'1\n1",2,"3') else bad).append(line)
        line += record.count(b"\n") + 1
    assert [row[0] for row in rows] == good
    assert [at for at, _ in malformed] == bad


@pytest.mark.parametrize("around", [0, 300_000])
@pytest.mark.parametrize(
    "unequal", [[b"x,y", b"1,2,3,4"], [b"1,2,3,4", b"", b"x,y"], [b"1,2,3", b"x,y", b"1,,,2"]]
)
def test_fields_that_one_record_lacks_and_another_has_are_told_of_both(
    unequal: list[bytes], around: int
) -> None:
    plain = b"1,2,3\n" * around
    rows, malformed = read(b"a,b,c\n" + plain + b"\n".join(unequal) + b"\n" + plain, 4 << 20)

    wrong = [number for number, record in enumerate(unequal) if record not in (b"", b"1,2,3")]
    assert len(rows) == 2 * around + unequal.count(b"1,2,3")
    assert malformed == [
        (around + 2 + n, f"has {unequal[n].count(b',') + 1} fields where the header has 3") for n in wrong
    ]


def test_a_quote_that_is_never_closed_costs_one_row_and_no_memory() -> None:
    row = b"1,2,3\n"
    after = LONGEST_RECORD // len(row) + 1000
    rows, malformed = read(b'a,b,c\n1,"2,3\n' + row * after, 1 << 16)

    assert len(rows) == after
    assert [at for at, _ in malformed] == [2]


def test_a_line_without_end_is_passed_over() -> None:
    rows, malformed = read(b"a,b,c\n1,2,3\n" + b"x" * (LONGEST_RECORD * 3) + b"\n4,5,6\n", 1 << 16)

    assert [row[0] for row in rows] == [2, 4]
    assert [at for at, _ in malformed] == [3]


def test_rows_of_commas_are_rows_and_blank_lines_are_not() -> None:
    rows, malformed = read(b"a,b,c\n\n,,\n\r\n1,2,3", 100)

    assert rows == [(3, None, None, None), (5, "1", "2", "3")]
    assert malformed == []
    assert read(b"a\n\nx\n", 100)[0] == [(3, "x")]


@pytest.mark.parametrize("block", [1, 2, 3, 100])
def test_blank_lines_may_come_before_the_header(block: int) -> None:
    data = b"\n\r\n\n" + b"a,b,c\n\n1,2,3\n"
    reader = CsvReader(io.BytesIO(data), block)

    assert (reader.columns, reader.header_line) == (["a", "b", "c"], 4)
    assert read(data, block) == ([(6, "1", "2", "3")], [])


def test_a_file_that_is_all_on_one_line_is_a_header_soon() -> None:
    names = [f"x{number}" for number in range(100_000)]
    reader = CsvReader(io.BytesIO(",".join([*names, "x1"]).encode()))

    assert reader.columns == [*names, "x1"]


def test_an_empty_file_has_no_rows() -> None:
    for data in (b"", b"\n\r\n", b"\r\n\r", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"a,b,c", b"a,b,c\r\n"):
        reader = CsvReader(io.BytesIO(data), 2)
        assert sum(batch.rows.height for batch in reader.batches()) == 0
        assert reader.columns in ([], ["a", "b", "c"])
