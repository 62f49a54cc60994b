"""What files hold comes to be what tables hold, whatever their format and however a value is written."""

import gzip
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import asyncpg
import polars as pl
import pytest

from ingest import run_import
from tests.import_files import folder_of, right_rows, stored
from tests.row_files import write_rows
from tests.rows import random_rows

pytest_plugins = ["tests.import_fixture"]


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


async def test_times_of_parquet_are_read_whatever_their_zone(
    db: asyncpg.Connection, partner: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones = ["UTC", "Asia/Kolkata", "+05:30"]
    (call,) = right_rows()["calls"]
    folder_of(tmp_path, {"customers": right_rows()["customers"]})
    call |= {"features": "", "started_at": "2026-01-02T03:04:05"}
    for number, zone in enumerate(zones):
        rows = pl.DataFrame([call | {"call_id": f"K{number}"}]).with_columns(
            pl.col("features").replace("", None)
        )
        with monkeypatch.context() as writing:  # as other programs do, which know such zones
            writing.setenv("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")
            started_at = pl.col("started_at").str.to_datetime(time_zone="UTC").dt.convert_time_zone(zone)
            rows.with_columns(started_at).write_parquet(tmp_path / "calls.parquet")
        await run_import(db, tmp_path, partner=partner)

    found = [row[3] for row in (await stored(db, partner))["calls"]]
    assert found == [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)] * len(zones)


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


async def test_values_at_the_edge_of_what_is_taken(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    files = right_rows()
    longest = "-" + "9" * 30 + "." + "1" * 15
    files["orders"][0]["amount"] = longest
    files["customers"][0]["suspended"] = "TRUE"
    files["calls"][0] |= {"started_at": "1990-01-01", "latency_ms": "1.5e2"}
    files["calls"].append(files["calls"][0] | {"call_id": "K2", "started_at": "2099-12-31T23:59:59.999999Z"})
    await run_import(db, folder_of(tmp_path, files), partner=partner)

    now = await stored(db, partner)
    assert now["orders"][0][6] == longest
    assert [row[8] for row in now["customers"]] == [True, True]
    assert [(row[3].year, row[10]) for row in now["calls"]] == [(1990, 150), (2099, 150)]
