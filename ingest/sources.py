"""Which files an import is made of: those of a folder, of a zip, or one alone."""

import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from ingest.batch import Reader
from ingest.csv_reader import CsvReader
from ingest.jsonl_reader import JsonLinesReader
from ingest.parquet_reader import BROKEN_PARQUET, ParquetReader, rows_in
from ingest.result import ImportFailed, named
from ingest.spec import Table
from ingest.tables import TABLES

_ENDINGS = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet")
_LARGEST_ZIP = 64 << 30
"""Bytes that a zip may unpack to."""
_BLOCK = 1 << 20

BROKEN_FILE = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
_BROKEN_ZIP = (*BROKEN_FILE, RuntimeError, ValueError, LookupError, struct.error)
"""Of a version to come, or with names that are no text: zipfile says so in all these ways."""


@dataclass(frozen=True)
class Source:
    """The file of one table."""

    table: Table
    path: Path
    name: str
    """How reports call it."""
    ending: str

    @contextmanager
    def open(self) -> Iterator[Reader]:
        if self.ending == ".parquet":
            yield ParquetReader(self.path)
            return
        with self._stream() as stream:
            if self.ending.startswith(".csv"):
                yield CsvReader(stream)
            else:
                yield JsonLinesReader(stream, [column.name for column in self.table.columns])

    def _stream(self) -> BinaryIO:
        return cast(BinaryIO, gzip.open(self.path) if self.ending.endswith(".gz") else self.path.open("rb"))

    def expected_rows(self) -> int | None:
        """About how many rows there are, where that is quick to tell."""
        with suppress(OSError, *BROKEN_PARQUET):  # it is told when the file is read
            if self.ending == ".parquet":
                return rows_in(self.path)
            if not self.ending.endswith(".gz"):
                with self.path.open("rb") as file:
                    lines = sum(block.count(b"\n") for block in iter(lambda: file.read(_BLOCK), b""))
                return max(lines - (self.ending == ".csv"), 0)
        return None


def _split(name: str) -> tuple[str, str] | None:
    """The table's name and the ending, when the ending is one that is read; in small letters, as not all programs
    that write files keep to them."""
    name = name.lower()
    for ending in _ENDINGS:
        if name.endswith(ending) and not name.startswith("."):
            return name.removesuffix(ending), ending
    return None


def _source(path: Path) -> Source | None:
    """The file as a table's; None when it is no data file."""
    if (parts := _split(path.name)) is None:
        return None
    stem, ending = parts
    if stem not in TABLES:
        raise ImportFailed(
            f"{named(path.name)}: there is no table {named(stem)}; the tables are {', '.join(sorted(TABLES))}"
        )
    if not path.is_file():  # a pipe can be read once only, and a link may lead nowhere
        raise ImportFailed(f"{path.name}: is no file")
    return Source(TABLES[stem], path, path.name, ending)


def _in_order(paths: Iterable[Path], where: Path) -> list[Source]:
    found: dict[str, Source] = {}
    for path in sorted(paths):
        source = _source(path)
        if source is None:
            continue
        if (other := found.get(source.table.name)) is not None:
            raise ImportFailed(f"{source.table.name} is there twice: {other.name} and {source.name}")
        found[source.table.name] = source
    if not found:
        endings = ", ".join(_ENDINGS)
        raise ImportFailed(f"{where}: holds no file of a table, named like customers.csv ({endings})")
    return [found[name] for name in TABLES if name in found]


def find_sources(path: Path, folder: Path) -> list[Source]:
    """The files under `path`, in the order in which they have to be loaded. A zip is unpacked into `folder`."""
    try:
        if path.is_dir():
            return _in_order(path.iterdir(), path)
        if path.suffix.lower() == ".zip":
            return _in_order(_unpacked(path, folder), path)
        if not path.exists():
            raise ImportFailed(f"{path}: there is no such file or folder")
        if (source := _source(path)) is not None:
            return [source]
    except _BROKEN_ZIP as error:
        raise ImportFailed(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    raise ImportFailed(f"{path}: is neither a folder, nor a zip, nor one of {', '.join(_ENDINGS)}")


def _unpacked(path: Path, folder: Path) -> Iterator[Path]:
    """Unpack the data files. Only their own names are used, so none can come to lie outside the folder."""
    left = _LARGEST_ZIP
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            inside = PurePosixPath(member.filename)
            hidden = any(part.startswith((".", "__")) for part in inside.parts)
            if member.is_dir() or hidden or len(inside.parts) > 2 or _split(inside.name) is None:
                continue
            target = folder / inside.name
            if target.exists():
                raise ImportFailed(f"{path}: {inside.name} is there twice")
            with target.open("wb") as file, _member(archive, member, path) as stream:
                while block := stream.read(_BLOCK):
                    left -= len(block)
                    if left < 0:
                        raise ImportFailed(f"{path}: unpacks to more than {_LARGEST_ZIP >> 30} GiB")
                    file.write(block)
            yield target


@contextmanager
def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> Iterator[BinaryIO]:
    try:
        stream = archive.open(member)
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or packed in an unknown way
        raise ImportFailed(f"{path}: {member.filename}: {error}") from error
    with stream:
        yield cast(BinaryIO, stream)
