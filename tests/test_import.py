"""The import end to end: what it inserts, updates and leaves as it is, and who hears of it."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

from ingest import ImportResult, run_import
from tests.import_files import as_csv, contents, folder_of, right_rows, stored
from tests.row_files import write_rows
from tests.rows import random_rows

pytest_plugins = ["tests.import_fixture"]


def changes(result: ImportResult) -> dict[str, tuple[int, int, int, int]]:
    """Inserted, updated, unchanged and rejected rows a table."""
    for count in result.counts:
        assert count.read == count.inserted + count.updated + count.unchanged + count.rejected
    return {c.table: (c.inserted, c.updated, c.unchanged, c.rejected) for c in result.counts}


async def test_the_same_files_again_change_nothing(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    rows = random_rows(12, 60, date(2026, 5, 1))
    write_rows(rows, tmp_path / "a", "csv")
    write_rows(rows, tmp_path / "b", "parquet", shuffle_seed=5)
    await run_import(db, tmp_path / "a", partner=partner)
    before = await contents(db)

    for folder in ("a", "b"):
        result = await run_import(db, tmp_path / folder, partner=partner)

        assert result.committed
        assert changes(result) == {table: (0, 0, len(of_table), 0) for table, of_table in rows.items()}
        assert await contents(db) == before


async def test_one_file_alone_refers_to_what_is_there(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    files = right_rows()
    await run_import(db, folder_of(tmp_path, files), partner=partner)
    files["license_usage"][0] |= {"date": "2026-01-08", "assigned": "9"}
    as_csv(tmp_path / "license_usage.csv", files["license_usage"])

    result = await run_import(db, tmp_path / "license_usage.csv", partner=partner)

    assert changes(result) == {"license_usage": (1, 0, 1, 0)}
    states = (await stored(db, partner))["license_states"]
    assert states[0] == ("C1", False, True, "MEETINGS", 10, date(2026, 1, 8), 9)


async def test_changed_values_are_updates(db: asyncpg.Connection, partner: str, tmp_path: Path) -> None:
    files = right_rows()
    await run_import(db, folder_of(tmp_path, files), partner=partner)
    files["customers"][0]["name"] = "Acme Nord"
    files["subscriptions"][0]["customer_id"] = "C2"  # another owner
    files["licenses"][0]["quantity"] = "11"
    files["license_usage"][0]["used"] = "5"
    files["orders"][0]["amount"] = "100.5"  # the same number, written otherwise
    files["partner_admins"][0]["email"] = "Ann@Partner.example"
    files["tags"][0]["name"] = " VIP "
    files["calls"][0]["features"] = ""
    files["help_desks"].append(files["help_desks"][0] | {"name": "Second desk"})

    result = await run_import(db, folder_of(tmp_path, files), partner=partner)

    assert changes(result) == {
        "customers": (0, 1, 1, 0),
        "subscriptions": (0, 1, 0, 0),
        "trials": (0, 0, 1, 0),
        "licenses": (0, 1, 1, 0),
        "license_usage": (0, 1, 1, 0),
        "orders": (0, 1, 0, 0),
        "invoices": (0, 0, 1, 0),
        "partner_admins": (0, 1, 0, 0),
        "admin_assignments": (0, 0, 1, 0),
        "tags": (0, 1, 0, 0),
        "customer_tags": (0, 0, 1, 0),
        "calls": (0, 1, 0, 0),
        "resources": (0, 0, 1, 0),
        "help_desks": (1, 0, 1, 0),
    }
    now = await stored(db, partner)
    assert now["customers"][0][:3] == ("C1", "Acme Nord", "acme nord\nc1")
    assert now["subscriptions"][0][:2] == ("S1", "C2")
    assert now["license_states"][0][:5] == ("C2", False, True, "MEETINGS", 11)
    assert now["orders"][0][6] == "100.5"
    assert now["partner_admins"][0][:2] == ("Ann@Partner.example", "ann@partner.example")
    assert now["tags"][0][:2] == ("VIP", "vip")
    assert now["calls"][0][8] == []


async def test_rows_that_are_there_twice_alike_count_as_unchanged(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    files = right_rows()
    for of_table in files.values():
        of_table += [dict(row) for row in of_table]

    result = await run_import(db, folder_of(tmp_path, files), partner=partner)

    assert changes(result) == {
        table: (len(of_table), 0, len(of_table), 0) for table, of_table in right_rows().items()
    }


async def test_the_data_version_rises_and_listeners_hear_of_it(
    db: asyncpg.Connection, import_url: str, partner: str, tmp_path: Path
) -> None:
    heard: list[dict[str, Any]] = []
    listener = await asyncpg.connect(import_url)
    await listener.add_listener("partnerhub", lambda *told: heard.append(json.loads(told[3])))
    files = right_rows()
    folder_of(tmp_path, files)
    query = "SELECT id, data_version FROM partners WHERE name = $1"

    await run_import(db, tmp_path, partner=partner)
    first = await db.fetchrow(query, partner)
    await run_import(db, tmp_path, partner=partner)
    second = await db.fetchrow(query, partner)
    files["tags"][0]["description"] = ""
    as_csv(tmp_path / "tags.csv", files["tags"])
    await run_import(db, tmp_path, partner=partner, dry_run=True)
    await run_import(db, tmp_path, partner=partner)
    third = await db.fetchrow(query, partner)
    await listener.execute("SELECT 1")
    await listener.close()

    assert (first[1], second[1], third[1]) == (1, 1, 2)
    assert [(event["event"], event["partner"], event["rows"], event["tables"]) for event in heard] == [
        ("dataImported", first[0], sum(map(len, files.values())), heard[0]["tables"]),
        ("dataImported", first[0], 1, ["tags"]),
    ]
    assert set(heard[0]["tables"]) == set(files)
    assert datetime.fromisoformat(heard[0]["finishedAt"]).tzinfo is not None


async def test_a_dry_run_counts_and_changes_nothing(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    folder_of(tmp_path, right_rows())
    before = await contents(db)

    dry = await run_import(db, tmp_path, partner=partner, dry_run=True)

    assert await contents(db) == before
    assert not dry.committed
    real = await run_import(db, tmp_path, partner=partner)
    assert dry.counts == real.counts


async def test_partners_with_the_same_keys_do_not_meet(db: asyncpg.Connection, tmp_path: Path) -> None:
    one, other = f"One {uuid4().hex}", f"Other {uuid4().hex}"
    files = right_rows()
    await run_import(db, folder_of(tmp_path / "one", files), partner=one)
    before = await stored(db, one)
    for customer in files["customers"]:
        customer["name"] += " of the other"
    files["licenses"][0]["quantity"] = "99"
    files["license_usage"][0]["assigned"] = "99"
    files["subscriptions"][0]["customer_id"] = "C2"

    result = await run_import(db, folder_of(tmp_path / "other", files), partner=other)

    assert all(count.inserted == count.read for count in result.counts)
    assert await stored(db, one) == before
    assert (await stored(db, other))["licenses"][0] == ("S1", None, "MEETINGS", 99)
