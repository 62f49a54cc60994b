"""`skip_invalid`: every row is accounted for, and the bad ones come back as files."""

import csv
import random
from datetime import date
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from ingest import ImportFailed, run_import
from tests.import_files import Row, as_csv, as_jsonl, folder_of, right_rows, stored
from tests.row_files import write_rows
from tests.rows import random_rows

pytest_plugins = ["tests.import_fixture"]

JUNK = ["", "", "?", " ", "\0", "-1", "2026-02-30", "x" * 20_000, "true", "C-00001", 'quo"ted,\nand broken']


def read(path: Path) -> list[Row]:
    csv.field_size_limit(1 << 20)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def spoil(folder: Path, draw: random.Random) -> None:
    """Put junk into some fields, and add rows that contradict others."""
    for path in folder.iterdir():
        rows = read(path)
        for row in list(rows):
            if draw.random() < 0.2:
                row[draw.choice(list(row))] = draw.choice(JUNK)
            if draw.random() < 0.05:
                rows.append(row | {draw.choice(list(row)): draw.choice(JUNK)})
        as_csv(path, rows)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_row_is_accounted_for(
    db: asyncpg.Connection, partner: str, tmp_path: Path, seed: int
) -> None:
    rows = random_rows(seed, 60, date(2026, 5, 1))
    rejected = tmp_path / "rejected"
    write_rows(rows, tmp_path / "right")
    write_rows(rows, tmp_path / "spoilt")
    spoil(tmp_path / "spoilt", random.Random(seed))

    result = await run_import(
        db, tmp_path / "spoilt", partner=partner, skip_invalid=True, rejected_folder=rejected
    )

    assert result.committed
    now = await stored(db, partner)
    for count in result.counts:
        assert count.read == count.inserted + count.updated + count.unchanged + count.rejected
        assert len(now[count.table]) == count.inserted
        written = read(tmp_path / "spoilt" / f"{count.table}.csv")
        assert count.read == len(written)
        assert_come_back(rejected / f"{count.table}.csv", count.rejected, written)
    assert sum(count.rejected for count in result.counts) > 100

    # What was not rejected is in as it should be: with the right rows on top, all is as if nothing had been wrong.
    other = f"Other {uuid4().hex}"
    await run_import(db, tmp_path / "right", partner=other)
    again = await run_import(db, tmp_path / "right", partner=partner)
    assert sum(count.inserted + count.updated for count in again.counts) > 100
    right = await stored(db, other)
    repaired = await stored(db, partner)
    for table, of_table in right.items():
        assert set(map(repr, of_table)) <= set(map(repr, repaired[table])), table


def assert_come_back(path: Path, number: int, written: list[Row]) -> None:
    """The rejected rows are those of the file, each with its line and reasons."""
    if not number:
        assert not path.exists()
        return
    found = read(path)
    assert len(found) == number
    assert list(found[0]) == ["_line", "_reasons", "_record", *written[0]]
    by_line, line = {}, 2
    for row in written:
        by_line[line] = row
        line += 1 + sum(value.count("\n") for value in row.values())
    for row in found:
        reasons = row.pop("_reasons")
        assert reasons
        assert row == {"_line": row["_line"], "_record": ""} | by_line[int(row["_line"])]


async def test_rejected_rows_say_why(db: asyncpg.Connection, partner: str, tmp_path: Path) -> None:
    files = right_rows()
    files["customers"][1] |= {"name": "", "country": "?"}
    files["tags"].append({"name": "Vip", "description": "another"})
    rejected = tmp_path / "rejected"
    rejected.mkdir()
    for stale in ("tags.csv", "calls.csv", "elsewhere.csv"):
        (rejected / stale).write_text("stale")

    result = await run_import(
        db, folder_of(tmp_path / "in", files), partner=partner, skip_invalid=True, rejected_folder=rejected
    )

    assert {count.table: count.rejected for count in result.counts if count.rejected} == {
        "customers": 1,
        "trials": 1,
        "licenses": 1,
        "license_usage": 1,
        "tags": 1,
    }
    assert result.problem_count == 6
    assert read(rejected / "customers.csv") == [
        {
            "_line": "3",
            "_reasons": "name: may not be empty; country: '?' is not a country code (ISO 3166-1 alpha-2)",
            "_record": "",
        }
        | files["customers"][1]
    ]
    assert read(rejected / "trials.csv")[0]["_reasons"] == "customer_id: unknown customer 'C2'"
    assert read(rejected / "tags.csv") == [
        {"_line": "4", "_reasons": "has the key of line 2 with different values", "_record": ""}
        | files["tags"][1]
    ]
    left = {path.name for path in rejected.iterdir()}
    assert left == {
        "customers.csv", "trials.csv", "licenses.csv", "license_usage.csv", "tags.csv", "elsewhere.csv",
    }  # fmt: skip


async def test_a_rejected_file_put_right_can_be_imported(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    files = right_rows()
    files["customers"][1]["country"] = "?"
    rejected = tmp_path / "rejected"
    folder_of(tmp_path / "in", files)
    await run_import(db, tmp_path / "in", partner=partner, skip_invalid=True, rejected_folder=rejected)
    rows = read(rejected / "customers.csv")
    rows[0]["country"] = "CH"
    as_csv(rejected / "customers.csv", rows)

    result = await run_import(db, rejected, partner=partner)

    assert {count.table: count.inserted for count in result.counts} == {
        "customers": 1,
        "trials": 1,
        "licenses": 1,
        "license_usage": 1,
    }


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_a_dry_run_leaves_the_rejected_files_as_they_are(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    """They may be what it reads: put right, they are all that there is of these rows."""
    files = right_rows()
    folder_of(tmp_path, {table: files[table] for table in ("customers", "subscriptions")})
    as_csv(tmp_path / "tags.csv", [{"name": "vip"}, {"name": "x" * 26}])
    before = files_of(tmp_path)

    dry = await run_import(
        db, tmp_path, partner=partner, skip_invalid=True, dry_run=True, rejected_folder=tmp_path
    )

    assert files_of(tmp_path) == before
    real = await run_import(db, tmp_path, partner=partner, skip_invalid=True, rejected_folder=tmp_path)
    assert (dry.counts, dry.problems) == (real.counts, real.problems)
    assert set(files_of(tmp_path)) == {"tags.csv"}


async def test_a_file_with_a_bad_header_is_rejected_whole(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    files = right_rows()
    files["help_desks"] = [row | {"fax": "1"} for row in files["help_desks"]]
    rejected = tmp_path / "rejected"

    result = await run_import(
        db, folder_of(tmp_path / "in", files), partner=partner, skip_invalid=True, rejected_folder=rejected
    )

    counts = {count.table: count for count in result.counts}
    assert (counts["help_desks"].read, counts["help_desks"].rejected) == (1, 1)
    assert counts["customers"].inserted == 2
    assert [str(problem) for problem in result.problems] == [
        "help_desks.csv:1: fax: unknown column; the columns are name, service, email, phone, chat_url, hours"
    ]
    assert read(rejected / "help_desks.csv")[0]["fax"] == "1"


async def test_records_that_are_no_rows_are_rejected_too(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "tags.csv").write_bytes(b'name,description\na,1,2\nb,"x"y\nc,\xff\nd,good\n')
    (folder / "help_desks.jsonl").write_bytes(b'{"name": "Desk", "service": "Calls"}\n{oops\n')
    rejected = tmp_path / "rejected"

    result = await run_import(db, folder, partner=partner, skip_invalid=True, rejected_folder=rejected)

    assert {count.table: (count.read, count.inserted, count.rejected) for count in result.counts} == {
        "tags": (4, 1, 3),
        "help_desks": (2, 1, 1),
    }
    assert [(row["_line"], row["_record"]) for row in read(rejected / "tags.csv")] == [
        ("2", "a,1,2"),
        ("3", 'b,"x"y'),
        ("4", "c,\ufffd"),
    ]
    assert [(row["_line"], row["_record"]) for row in read(rejected / "help_desks.csv")] == [("2", "{oops")]


async def test_nothing_is_written_when_the_import_fails(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    as_jsonl(folder / "customers.jsonl", [{"customer_id": "C1"}])
    (folder / "tags.parquet").write_bytes(b"no parquet")
    rejected = tmp_path / "rejected"

    with pytest.raises(ImportFailed):
        await run_import(db, folder, partner=partner, skip_invalid=True, rejected_folder=rejected)

    assert list_of(rejected) == []


def list_of(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.exists() else []


async def test_rejected_rows_that_cannot_be_written_keep_everything_out(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    (tmp_path / "tags.csv").write_text("name,description\ngood,\n,bad\n")
    folder = tmp_path / "rejected"
    folder.write_text("a file in its place")

    async def load() -> str:
        with pytest.raises(ImportFailed) as failed:
            await run_import(
                db, tmp_path / "tags.csv", partner=partner, skip_invalid=True, rejected_folder=folder
            )
        return str(failed.value)

    assert await load() == (
        f"{folder}/tags.csv: the rejected rows cannot be written (File exists), so nothing was changed:"
        " run the import in a folder where they can"
    )
    assert not (await stored(db, partner))["tags"]

    folder.unlink()
    (folder / "tags.csv").mkdir(parents=True)
    assert "the import is done, but the file cannot be replaced" in await load()
    assert len((await stored(db, partner))["tags"]) == 1
    assert [path.name for path in folder.iterdir()] == ["tags.csv"]
