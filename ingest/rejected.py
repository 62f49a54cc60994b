"""The rejected rows of an import, as files to correct and import again."""

from pathlib import Path

import polars as pl

from ingest.batch import LINE, REASONS, RECORD


class RejectedRows:
    """Writes `<table>.csv` of a folder: aside at first, in place of the last import's when told to."""

    def __init__(self, folder: Path, table: str) -> None:
        self._target = folder / f"{table}.csv"
        self._aside = folder / f".{table}.csv.new"
        self._begun = False

    def add(self, rows: pl.DataFrame, reasons: list[str]) -> None:
        """`rows` as they were read, with their lines; of records that are no rows, the text."""
        if rows.is_empty():
            return
        self._aside.parent.mkdir(parents=True, exist_ok=True)
        record = pl.col(RECORD) if RECORD in rows.columns else pl.lit(None, pl.String).alias(RECORD)
        written = rows.select(
            LINE, pl.Series(REASONS, reasons, dtype=pl.String), record, pl.exclude(LINE, RECORD)
        )
        with self._aside.open("ab" if self._begun else "wb") as file:
            written.write_csv(file, include_header=not self._begun)
        self._begun = True

    def keep(self) -> None:
        """Put the file in place; without rejected rows, take away the last import's."""
        if self._begun:
            self._aside.replace(self._target)
        else:
            self._target.unlink(missing_ok=True)

    def discard(self) -> None:
        self._aside.unlink(missing_ok=True)
