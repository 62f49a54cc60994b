"""The rejected rows of an import, as files to correct and import again."""

from contextlib import suppress
from pathlib import Path

import polars as pl

from ingest.batch import LINE, REASONS, RECORD
from ingest.result import ImportFailed


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
        record = pl.col(RECORD) if RECORD in rows.columns else pl.lit(None, pl.String).alias(RECORD)
        written = rows.select(
            LINE, pl.Series(REASONS, reasons, dtype=pl.String), record, pl.exclude(LINE, RECORD)
        )
        try:
            self._aside.parent.mkdir(parents=True, exist_ok=True)
            with self._aside.open("ab" if self._begun else "wb") as file:
                written.write_csv(file, include_header=not self._begun)
        except OSError as error:
            raise ImportFailed(
                f"{self._target}: the rejected rows cannot be written ({error.strerror or error}),"
                " so nothing was changed: run the import in a folder where they can"
            ) from error
        self._begun = True

    def keep(self) -> None:
        """Put the file in place; without rejected rows, take away the last import's."""
        try:
            if self._begun:
                self._aside.replace(self._target)
            elif self._target.is_file():
                self._target.unlink()
        except OSError as error:
            raise ImportFailed(
                f"{self._target}: the import is done, but the file cannot be replaced ({error.strerror or error}):"
                " remove it and import again to see what was rejected"
            ) from error

    def discard(self) -> None:
        with suppress(OSError):  # where it could not be written, that was told
            self._aside.unlink()
