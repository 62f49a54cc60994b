"""Which files an import takes, and what it says of those that it can't."""

import gzip
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import asyncpg
import polars as pl
import pytest

from ingest import ImportFailed, run_import
from tests.import_files import as_csv, as_jsonl, contents, right_rows

pytest_plugins = ["tests.import_fixture"]

TABLES = (
    "admin_assignments, calls, customer_tags, customers, help_desks, invoices, license_usage, licenses, orders,"
    " partner_admins, resources, subscriptions, tags, trials"
)
ENDINGS = ".csv, .csv.gz, .jsonl, .jsonl.gz, .parquet"
TAGS = b"name,description\nvip,\n"


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")}


def nothing_there(folder: Path) -> Path:
    return folder / "nowhere"


def unknown_file(folder: Path) -> Path:
    (folder / "customer.csv").write_bytes(TAGS)
    return folder / "customer.csv"


def unknown_file_in_folder(folder: Path) -> Path:
    (folder / "tags.csv").write_bytes(TAGS)
    (folder / "unknown.jsonl.gz").write_bytes(TAGS)
    return folder


def other_file(folder: Path) -> Path:
    (folder / "notes.txt").write_bytes(TAGS)
    return folder / "notes.txt"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "tags.csv")
    return folder / "tags.csv"


def pipe_in_folder(folder: Path) -> Path:
    (folder / "help_desks.csv").write_bytes(b"name,service\n")
    return pipe(folder).parent


def link_to_nowhere(folder: Path) -> Path:
    (folder / "help_desks.csv").write_bytes(b"name,service\n")
    (folder / "tags.csv").symlink_to("nowhere")
    return folder


def folder_called_like_a_file(folder: Path) -> Path:
    (folder / "help_desks.csv").write_bytes(b"name,service\n")
    (folder / "tags.csv").mkdir()
    return folder


def empty_folder(folder: Path) -> Path:
    (folder / "README.md").write_bytes(TAGS)
    return folder


def table_twice(folder: Path) -> Path:
    (folder / "tags.csv").write_bytes(TAGS)
    as_jsonl(folder / "tags.jsonl", [{"name": "vip"}])
    return folder


def table_twice_in_other_letters(folder: Path) -> Path:
    (folder / "Tags.csv").write_bytes(TAGS)
    (folder / "tags.CSV").write_bytes(TAGS)
    return folder


def table_twice_in_zip(folder: Path) -> Path:
    return zipped(folder / "data.zip", {"a/tags.csv": TAGS, "b/tags.csv": TAGS})


def no_zip(folder: Path) -> Path:
    (folder / "data.zip").write_bytes(b"PK no zip at all")
    return folder / "data.zip"


def truncated_zip(folder: Path) -> Path:
    whole = zipped(folder / "data.zip", {"tags.csv": TAGS * 1000}).read_bytes()
    (folder / "data.zip").write_bytes(whole[: len(whole) // 2])
    return folder / "data.zip"


def damaged_zip(folder: Path) -> Path:
    whole = bytearray(zipped(folder / "data.zip", {"tags.csv": TAGS * 1000}).read_bytes())
    whole[60:70] = bytes(10)
    (folder / "data.zip").write_bytes(whole)
    return folder / "data.zip"


def damaged_lzma(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "data.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("tags.csv", TAGS * 1000)
    whole = bytearray((folder / "data.zip").read_bytes())
    whole[60:64] = b"\xff\xff\xff\xff"
    (folder / "data.zip").write_bytes(whole)
    return folder / "data.zip"


def zip_with_a_name_that_is_no_text(folder: Path) -> Path:
    whole = zipped(folder / "data.zip", {"tägs.csv": TAGS}).read_bytes()
    (folder / "data.zip").write_bytes(whole.replace("ä".encode(), b"\xff\xff"))
    return folder / "data.zip"


def zip_of_the_future(folder: Path) -> Path:
    whole = zipped(folder / "data.zip", {"tags.csv": TAGS}).read_bytes()
    (folder / "data.zip").write_bytes(whole.replace(b"PK\1\2\x14\3\x14", b"PK\1\2\x14\3\xff"))
    return folder / "data.zip"


def zip_without_tables(folder: Path) -> Path:
    return zipped(folder / "data.zip", {"notes.txt": b"x", "one/two/tags.csv": TAGS})


def zip_of_something_unknown(folder: Path) -> Path:
    return zipped(folder / "data.zip", {"tags.csv": TAGS, "tag.csv": TAGS})


def no_gzip(folder: Path) -> Path:
    (folder / "tags.csv.gz").write_bytes(TAGS)
    return folder


def truncated_gzip(folder: Path) -> Path:
    (folder / "tags.csv.gz").write_bytes(gzip.compress(TAGS * 1000)[:-20])
    return folder


def no_parquet(folder: Path) -> Path:
    (folder / "tags.parquet").write_bytes(TAGS)
    return folder / "tags.parquet"


def truncated_parquet(folder: Path) -> Path:
    pl.DataFrame({"name": ["vip"] * 1000}).write_parquet(folder / "tags.parquet")
    (folder / "tags.parquet").write_bytes((folder / "tags.parquet").read_bytes()[:-30])
    return folder


def strange_parquet(folder: Path) -> Path:
    pl.DataFrame({"name": [{"is": "deep"}]}).write_parquet(folder / "tags.parquet")
    return folder


def parquet_of_lists_of_lists(folder: Path) -> Path:
    pl.DataFrame({"name": [[["vip"]]]}).write_parquet(folder / "tags.parquet")
    return folder


UNREADABLE: list[tuple[Callable[[Path], Path], str]] = [
    (nothing_there, "{path}: there is no such file or folder"),
    (unknown_file, f"customer.csv: there is no table customer; the tables are {TABLES}"),
    (unknown_file_in_folder, f"unknown.jsonl.gz: there is no table unknown; the tables are {TABLES}"),
    (pipe, "tags.csv: is no file"),
    (pipe_in_folder, "tags.csv: is no file"),
    (link_to_nowhere, "tags.csv: is no file"),
    (folder_called_like_a_file, "tags.csv: is no file"),
    (other_file, f"{{path}}: is neither a folder, nor a zip, nor one of {ENDINGS}"),
    (empty_folder, f"{{path}}: holds no file of a table, named like customers.csv ({ENDINGS})"),
    (table_twice, "tags is there twice: tags.csv and tags.jsonl"),
    (table_twice_in_other_letters, "tags is there twice: Tags.csv and tags.CSV"),
    (table_twice_in_zip, "{path}: tags.csv is there twice"),
    (no_zip, "{path}: File is not a zip file"),
    (truncated_zip, "{path}: File is not a zip file"),
    (damaged_zip, "{path}: "),
    (damaged_lzma, "{path}: Corrupt input data"),
    (zip_with_a_name_that_is_no_text, "{path}: 'utf-8' codec can't decode"),
    (zip_of_the_future, "{path}: zip file version 25.5"),
    (zip_without_tables, f"{{path}}: holds no file of a table, named like customers.csv ({ENDINGS})"),
    (zip_of_something_unknown, f"tag.csv: there is no table tag; the tables are {TABLES}"),
    (no_gzip, "tags.csv.gz: Not a gzipped file"),
    (truncated_gzip, "tags.csv.gz: Compressed file ended before the end-of-stream marker was reached"),
    (no_parquet, "tags.parquet: "),
    (truncated_parquet, "tags.parquet: "),
    (
        parquet_of_lists_of_lists,
        "tags.parquet: column name has the type List(List(String)), which is not read",
    ),
    (strange_parquet, "tags.parquet: column name has the type Struct({{'is': String}}), which is not read"),
]


@pytest.mark.parametrize(("make", "said"), UNREADABLE, ids=[make.__name__ for make, _ in UNREADABLE])
@pytest.mark.parametrize("skip_invalid", [False, True])
async def test_what_cannot_be_read_fails_in_one_line(
    db: asyncpg.Connection,
    partner: str,
    tmp_path: Path,
    make: Callable[[Path], Path],
    said: str,
    skip_invalid: bool,
) -> None:
    path = make(tmp_path)
    before = await contents(db)

    with pytest.raises(ImportFailed) as failed:
        await run_import(
            db, path, partner=partner, skip_invalid=skip_invalid, rejected_folder=tmp_path / "rejected"
        )

    assert str(failed.value).startswith(said.format(path=path))
    assert "\n" not in str(failed.value)
    assert await contents(db) == before
    assert not (tmp_path / "rejected").exists()


async def test_other_files_are_passed_over(db: asyncpg.Connection, partner: str, tmp_path: Path) -> None:
    (tmp_path / "tags.csv").write_bytes(TAGS)
    (tmp_path / "README.md").write_text("x")
    (tmp_path / ".hidden.csv").write_text("x")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "customers.csv").write_text("x")

    result = await run_import(db, tmp_path, partner=partner)

    assert [(count.table, count.inserted) for count in result.counts] == [("tags", 1)]


async def test_names_of_files_may_have_capital_letters(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    members = {"Tags.CSV": TAGS, "HELP_DESKS.csv.GZ": gzip.compress(b"name,service\nDesk,Calling\n")}
    for name, data in members.items():
        (tmp_path / name).write_bytes(data)

    result = await run_import(db, tmp_path, partner=partner)
    again = await run_import(db, zipped(tmp_path / "Data.ZIP", members), partner=partner)
    alone = await run_import(db, tmp_path / "Tags.CSV", partner=partner)

    assert {count.table: count.inserted for count in result.counts} == {"tags": 1, "help_desks": 1}
    assert {count.table: count.unchanged for count in again.counts} == {"tags": 1, "help_desks": 1}
    assert {count.table: count.unchanged for count in alone.counts} == {"tags": 1}


async def test_nothing_of_a_zip_comes_to_lie_outside(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    members = {
        "../tags.csv": TAGS,
        "/etc/customers.csv": b"x",
        "../../help_desks.csv": b"x",
        "__MACOSX/calls.csv": b"x",
        ".hidden/orders.csv": b"x",
        "data/help_desks.csv": b"name,service\nDesk,Calling\n",
    }
    folder = tmp_path / "inside"
    folder.mkdir()

    result = await run_import(db, zipped(folder / "data.zip", members), partner=partner)

    assert {count.table: count.inserted for count in result.counts} == {"help_desks": 1}
    assert names(tmp_path) == {"inside", "data.zip"}


async def test_a_partner_needs_a_name(db: asyncpg.Connection, tmp_path: Path) -> None:
    as_csv(tmp_path / "tags.csv", right_rows()["tags"])
    for name in ("", "  ", " P", "nul\0", "two\nlines", "x" * 301):
        with pytest.raises(ImportFailed, match="the partner's name"):
            await run_import(db, tmp_path, partner=name)
