"""Parquet: typed columns become the text that CSV would have; a row's number is its line."""

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from ingest.batch import ADDED, LINE, Batch, Unreadable
from ingest.result import named

# Times in Parquet are those of UTC, whatever the zone in which they are to be shown; without this polars panics at
# one that is an offset, such as +02:00.
os.environ.setdefault("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")

_ROWS = 200_000
_BYTES = 8 << 20
"""Of the file: a batch has fewer rows where these are long."""

BROKEN_PARQUET = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


def _as_text(name: str, kind: pl.DataType) -> pl.Expr | None:
    """The column as text; None when its type has no such."""
    column = pl.col(name)
    if isinstance(kind, pl.List):
        inner = kind.inner if isinstance(kind.inner, pl.DataType) else kind.inner()
        if isinstance(inner, pl.List) or _as_text(name, inner) is None:
            return None
        # An item that holds what separates items is not to become two: an empty one between them is refused.
        doubled = pl.element().str.replace_all("|", "||", literal=True)
        return column.cast(pl.List(pl.String)).list.eval(doubled).list.join("|")
    if isinstance(kind, pl.Datetime):
        utc = column.dt.convert_time_zone("UTC") if kind.time_zone else column
        return utc.dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
    if isinstance(kind, pl.Boolean | pl.String | pl.Date | pl.Decimal | pl.Categorical | pl.Enum | pl.Null):
        return column.cast(pl.String)
    return column.cast(pl.String) if kind.is_numeric() else None


def rows_in(path: Path) -> int:
    """How many rows the file says that it has."""
    count: int = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item()
    return count


class ParquetReader:
    """Reads a Parquet file, some rows at a time."""

    header_line = header_fault = None

    def __init__(self, path: Path) -> None:
        self._file = pl.scan_parquet(path, glob=False)
        by_size = rows_in(path) * _BYTES // max(path.stat().st_size, 1)
        self._rows_a_batch = min(max(by_size, 1000), _ROWS)
        schema = self._file.drop(ADDED, strict=False).collect_schema()
        self.columns = list(schema)
        texts = {name: _as_text(name, kind) for name, kind in schema.items()}
        for name, text in texts.items():
            if text is None:
                raise Unreadable(f"column {named(name)} has the type {schema[name]}, which is not read")
        self._texts = [text.replace("", None).alias(name) for name, text in texts.items() if text is not None]

    def batches(self) -> Iterator[Batch]:
        line = 1
        for rows in self._file.collect_batches(chunk_size=self._rows_a_batch, maintain_order=True):
            numbers = pl.int_range(line, line + rows.height, dtype=pl.Int64).alias(LINE)
            yield Batch(rows.select(numbers, *self._texts))
            line += rows.height
