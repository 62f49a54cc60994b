"""The import end to end: what files hold comes to be what tables hold."""

import gzip
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
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


async def test_every_value_is_stored_as_it_was_written(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    result = await run_import(db, folder_of(tmp_path, right_rows()), partner=partner)

    assert result.committed
    assert result.problem_count == 0
    assert await stored(db, partner) == {
        "customers": [
            (
                "C1", "Acme", "acme\nc1", "EXTERNAL_ADMIN", "US", None, date(2025, 1, 31),
                datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), False, False,
            ),
            (
                "C2", "Zürich Süd", "zürich süd\nc2", "PARTNER_ORGANIZATION", "CH", "Education", date(2025, 2, 1),
                None, True, False,
            ),
        ],
        "subscriptions": [
            ("S1", "C1", "ACTIVE", date(2025, 2, 1), date(2025, 2, 2), date(2027, 2, 1), True),
        ],
        "trials": [("T1", "C2", "ACTIVE", date(2026, 1, 1), date(2026, 1, 31), "ann@partner.example")],
        "licenses": [("S1", None, "MEETINGS", 10), (None, "T1", "CALLING", 5)],
        "license_usage": [
            ("S1", None, "MEETINGS", date(2026, 1, 1), 8, 6, 7),
            (None, "T1", "CALLING", date(2026, 1, 2), 0, 0, 0),
        ],
        "license_states": [
            ("C1", False, True, "MEETINGS", 10, date(2026, 1, 1), 8),
            ("C2", True, True, "CALLING", 5, date(2026, 1, 2), 0),
        ],
        "orders": [("O1", "S1", date(2025, 2, 1), "NEW", "MEETINGS", 10, "100.50", "EUR")],
        "invoices": [
            (
                "I1", "S1", "2025-1", date(2025, 2, 2), date(2025, 3, 2), "100.50", "EUR", "PAID",
                "https://invoices.example/1",
            ),
        ],
        "partner_admins": [
            (
                "ann@partner.example", "ann@partner.example", "Ann", ["PARTNER_FULL_ADMIN", "PARTNER_ADMIN"],
                True, None,
            ),
        ],
        "admin_assignments": [("ann@partner.example", "C1")],
        "tags": [("vip", "vip", 'said "so",\nand so')],
        "customer_tags": [("C1", "vip")],
        "calls": [
            (
                "K1", "C1", "u1", datetime(2026, 1, 1, 10, 0, 0, 500_000, tzinfo=UTC), 60, "INBOUND", "ANSWERED",
                "WXC_CLIENT", ["CALL_QUEUE", "VOICEMAIL"], 0.1, 40.0, 5.0, "Sales", 3.0, "ANSWERED",
            ),
        ],
        "resources": [
            (
                "R1", "Guide", "How to", 'guide\nhow to\nstart\ntwo words\na "quoted, one"',
                "https://resources.example/1", "GUIDE", None, "en", True, False,
                ["start", "two words", 'a "quoted, one"'],
            ),
        ],
        "help_desks": [("Desk", "Calling", "help@desk.example", None, None, None)],
    }  # fmt: skip


async def test_every_format_says_the_same(db: asyncpg.Connection, tmp_path: Path) -> None:
    rows = random_rows(11, 80, date(2026, 5, 1))
    for form in ("csv", "jsonl", "parquet"):
        write_rows(rows, tmp_path / form, form, shuffle_seed=3)
    for form in ("csv", "jsonl"):
        (tmp_path / f"{form}.gz").mkdir()
        for path in (tmp_path / form).iterdir():
            (tmp_path / f"{form}.gz" / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    for name, folder in {"flat.zip": "csv", "deep.zip": "jsonl.gz"}.items():
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in (tmp_path / folder).iterdir():
                archive.write(path, f"data/{path.name}" if name == "deep.zip" else path.name)

    found = {}
    for form in ("csv", "jsonl", "parquet", "csv.gz", "jsonl.gz", "flat.zip", "deep.zip"):
        partner = f"{form} {uuid4().hex}"
        result = await run_import(db, tmp_path / form, partner=partner)
        assert {count.table: count.inserted for count in result.counts} == {
            table: len(of_table) for table, of_table in rows.items()
        }
        found[form] = await stored(db, partner)
    for form, of_form in found.items():
        assert of_form == found["csv"], form


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


async def test_times_are_read_with_and_without_zone(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    moments = {
        "2026-01-02": datetime(2026, 1, 2, tzinfo=UTC),
        "2026-01-02T03:04": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "2026-01-02T03:04:05": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "2026-01-02 03:04:05": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "2026-01-02T03:04:05z": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "2026-01-02T03:04:05.25Z": datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC),
        "2026-01-02T03:04:05.1234567+00:00": datetime(2026, 1, 2, 3, 4, 5, 123_456, tzinfo=UTC),
        "2026-01-02T03:04:05+05:30": datetime(2026, 1, 1, 21, 34, 5, tzinfo=UTC),
        "2026-01-02T03:04:05-0800": datetime(2026, 1, 2, 11, 4, 5, tzinfo=UTC),
        "2026-01-02T03:04:05+02": datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC),
        "9999-12-31T23:59:59Z": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
        "0001-01-01": datetime(1, 1, 1, tzinfo=UTC),
    }
    customer = right_rows()["customers"][0]
    rows = [
        customer | {"customer_id": f"C{number:02}", "last_admin_sign_in_at": text}
        for number, text in enumerate(moments)
    ]

    await run_import(db, folder_of(tmp_path, {"customers": rows}), partner=partner)

    found = [row[7] for row in (await stored(db, partner))["customers"]]
    assert found == list(moments.values())


async def test_odd_texts_come_to_be_stored_as_they_are(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    odd = [
        "cr\rhere",
        "two\nlines",
        "tab\t",
        " spaces ",
        "\\.",
        "\\n",
        '"',
        "'",
        "{}",
        "NULL",
        "null",
        "a,b|c;d",
    ]
    odd += ["日本語", "🙂", "e\u0301", "\u200b", "%_", "--", "$1", "{partner}"]
    files = right_rows()
    customer, resource = files["customers"][0], files["resources"][0]
    files["customers"] = [customer | {"customer_id": f"C{text}", "name": text} for text in odd] + [customer]
    words = [text for text in odd if "|" not in text]
    files["resources"] = [resource | {"tags": "|".join(words), "summary": "\r\n".join(odd)}]
    folder_of(tmp_path, {table: files[table] for table in ("customers", "resources")})

    await run_import(db, tmp_path, partner=partner)

    now = await stored(db, partner)
    assert {row[1]: row[0] for row in now["customers"]} == {text: f"C{text}" for text in odd} | {"Acme": "C1"}
    assert (now["resources"][0][2], now["resources"][0][10]) == ("\r\n".join(odd), words)
    assert (await run_import(db, tmp_path, partner=partner)).counts[0].unchanged == len(odd) + 1


async def test_amounts_keep_their_scale(db: asyncpg.Connection, partner: str, tmp_path: Path) -> None:
    amounts = ["12.50", "12.5", "0", "0.00", "-15.55", "123456789012345678901234.123456", "007"]
    files = right_rows()
    files["orders"] = [
        files["orders"][0] | {"order_id": str(number), "amount": amount}
        for number, amount in enumerate(amounts)
    ]
    folder_of(tmp_path, files)
    lines = [json.dumps(row) for row in files["orders"]]
    lines[0] = lines[0].replace('"12.50"', "12.50")  # a number of JSON's, no text
    (tmp_path / "orders.csv").unlink()
    (tmp_path / "orders.jsonl").write_text("\n".join(lines))

    await run_import(db, tmp_path, partner=partner)

    found = [Decimal(row[6]) for row in (await stored(db, partner))["orders"]]
    assert [str(amount) for amount in found] == [str(Decimal(amount)) for amount in amounts]


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
