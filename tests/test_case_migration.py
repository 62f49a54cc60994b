"""What was stored when case was folded by `lower`, which `partnerhub migrate` folds by `casefold`."""

import sys
from datetime import date
from pathlib import Path

import asyncpg

from ingest import run_import
from tests.row_files import write_rows
from tests.rows import random_rows
from tests.server import command, environment

FOLDED = {
    "customers": ("search_text", "name", "external_id"),
    "subscriptions": ("search_text", "external_id"),
    "partner_admins": ("search_text", "display_name", "email"),
    "resources": ("search_text", "title", "summary"),
    "tags": ("name_key", "name"),
}
"""What is stored folded, and of which columns."""
DIFFERENT = [letter for letter in map(chr, range(sys.maxunicode + 1)) if letter.lower() != letter.casefold()]


async def folded_before(connection: asyncpg.Connection) -> None:
    """Fold what is stored as it was folded before, and have the migration pending."""
    for table, (column, *parts) in FOLDED.items():
        rows = await connection.fetch(f"SELECT id, {', '.join(parts)} FROM {table}")
        texts = [("\n".join(row[part].lower() for part in parts), row["id"]) for row in rows]
        await connection.executemany(f"UPDATE {table} SET {column} = $1 WHERE id = $2", texts)
    await connection.execute("DELETE FROM tortoise_migrations WHERE name >= '0010'")


def migrated(url: str, folder: Path) -> None:
    done = command("migrate", env=environment(url, folder), cwd=folder)
    assert "applied 0010_case_folding" in done.stdout


async def folded_now(connection: asyncpg.Connection) -> dict[str, list[asyncpg.Record]]:
    return {table: await connection.fetch(f"SELECT * FROM {table} ORDER BY id") for table in FOLDED}


async def test_what_was_folded_before_is_as_if_it_came_today(
    fresh_database_url: str, tmp_path: Path, today: date
) -> None:
    rows = random_rows(3, len(DIFFERENT), today)
    rows = {table: rows[table] for table in FOLDED}
    for letter, customer in zip(DIFFERENT, rows["customers"], strict=True):
        customer["name"] = f"{letter} Ά{letter}Σ {letter}ΣΑ {letter * 9}"
    for number, letter in enumerate({letter.casefold(): letter for letter in DIFFERENT}.values()):
        rows["tags"].append({"name": f"Α{letter}Σ {number}", "description": None})
        rows["partner_admins"].append(rows["partner_admins"][0] | {"email": f"{letter}Σ@{letter}{number}"})
    for resource in rows["resources"]:
        resource |= {"tags": [], "summary": "".join(DIFFERENT)}
    term = rows["subscriptions"][0]
    rows["subscriptions"] += [term | {"subscription_id": f"{letter}ΑΣ {letter}"} for letter in DIFFERENT]
    connection = await asyncpg.connect(fresh_database_url)
    try:
        for partner in ("One", "Other"):
            write_rows(rows, tmp_path / partner, "parquet")
            await run_import(connection, tmp_path / partner, partner=partner)
        expected = await folded_now(connection)
        await folded_before(connection)
        before = await folded_now(connection)
        assert all(before[table] != expected[table] for table in FOLDED)
        migrated(fresh_database_url, tmp_path)
        assert await folded_now(connection) == expected
    finally:
        await connection.close()


async def test_a_key_that_another_tag_has_or_gets_leaves_a_tag_as_it_is(
    fresh_database_url: str, tmp_path: Path
) -> None:
    keys = {
        "One": [
            ("straße", "straße"),  # the next one has it
            ("strasse", "strasse"),
            ("oﬀice", "office"),
            ("oﬀıce", "offıce"),
            ("ofﬁce", "ofﬁce"),  # the last but one got it
            ("ς", "σ"),
            ("ﬅ", "st"),
            ("ﬆ", "ﬆ"),  # the one before got it
        ],
        "Other": [("straße", "strasse"), ("ofﬁce", "office"), ("ﬆ", "st")],
    }
    connection = await asyncpg.connect(fresh_database_url)
    try:
        for partner, pairs in keys.items():
            number = await connection.fetchval(
                "INSERT INTO partners (name) VALUES ($1) RETURNING id", partner
            )
            await connection.executemany(
                "INSERT INTO tags (partner_id, name, name_key) VALUES ($1, $2, $2)",
                [(number, old) for old, _ in pairs],
            )
        await connection.execute("DELETE FROM tortoise_migrations WHERE name >= '0010'")
        migrated(fresh_database_url, tmp_path)
        found = await connection.fetch(
            "SELECT p.name, t.name_key FROM tags t JOIN partners p ON p.id = t.partner_id ORDER BY t.id"
        )
        assert found == [(partner, new) for partner, pairs in keys.items() for _, new in pairs]
    finally:
        await connection.close()
