"""What is derived is what it would be if it were computed anew: after any sequence of imports and changes."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ingest import rebuild, run_import
from kpis.calling_weeks import ROLL_UPS
from kpis.derived import refresh_derived
from kpis.policy import Policy
from models.migrate import migrate
from server.database import opened
from server.settings import load_settings
from tests.oracle import Rows
from tests.row_files import write_rows
from tests.rows import random_rows

DERIVED = ("license_states", "license_changes", "customer_positions", "peer_medians", *ROLL_UPS)


async def _derived(connection: asyncpg.Connection) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for table in DERIVED:
        rows = await connection.fetch(f"SELECT * FROM {table}")
        found[table] = sorted(tuple(row) for row in rows)
    return found


def _changed(rows: Rows, draw: random.Random, today: date) -> Rows:
    """Some rows of each table, some of their values changed, some snapshots new."""
    changed: Rows = {}
    for table in ("subscriptions", "trials", "licenses", "license_usage", "calls"):
        changed[table] = [dict(row) for row in rows[table] if draw.random() < 0.2]
    for row in changed["subscriptions"]:
        row["status"] = draw.choice(["ACTIVE", "SUSPENDED", "CANCELLED"])
        row["end_date"] = row["end_date"] + timedelta(days=draw.randint(0, 40))
    for row in changed["trials"]:
        row["status"] = draw.choice(["ACTIVE", "CONVERTED"])
    for row in changed["licenses"]:
        row["quantity"] = draw.randint(0, 500)
    keys = {
        (row["subscription_id"], row["trial_id"], row["product"], row["date"])
        for row in rows["license_usage"]
    }
    for row in changed["license_usage"]:
        row["assigned"] = draw.randint(0, 500)
        if draw.random() < 0.5:
            row["date"] = today + timedelta(days=draw.randint(-300, 20))
    kept = {}
    for row in changed["license_usage"]:
        kept[(row["subscription_id"], row["trial_id"], row["product"], row["date"])] = row
    assert kept.keys() - keys
    changed["license_usage"] = list(kept.values())
    for row in changed["calls"]:
        row["started_at"] = row["started_at"] - timedelta(weeks=draw.randint(0, 3))
    return changed


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_kept_is_rebuilt(seed: int, fresh_database_url: str, tmp_path: Path, today: date) -> None:
    draw = random.Random(seed)
    rows = random_rows(seed, 120, today)
    connection = await asyncpg.connect(fresh_database_url)
    try:
        write_rows(rows, tmp_path / "first", "parquet")
        write_rows({"customers": rows["customers"][:10]}, tmp_path / "other", "csv")
        await run_import(connection, tmp_path / "other", partner="Other")
        await run_import(connection, tmp_path / "first", partner="One")
        for step in range(4):
            kept = await _derived(connection)
            assert all(kept.values())
            await rebuild(connection, "One")
            assert await _derived(connection) == kept
            folder = tmp_path / str(step)
            write_rows(_changed(rows, draw, today), folder, "csv", shuffle_seed=seed)
            await run_import(connection, folder, partner="One")
    finally:
        await connection.close()


async def test_kept_is_rebuilt_after_a_change(fresh_database_url: str, tmp_path: Path, today: date) -> None:
    rows = random_rows(5, 60, today)
    write_rows(rows, tmp_path, "parquet")
    connection = await asyncpg.connect(fresh_database_url)
    try:
        await run_import(connection, tmp_path, partner="One")
        partner = await connection.fetchval("SELECT id FROM partners")
        lines = await connection.fetch(
            "UPDATE licenses SET quantity = quantity + 7 WHERE id % 3 = 0 RETURNING id"
        )
        async with connection.transaction():
            await refresh_derived(connection, partner, [row["id"] for row in lines], Policy().size_bands)
        kept = await _derived(connection)
        await rebuild(connection, "One")
        assert await _derived(connection) == kept
    finally:
        await connection.close()


async def test_importing_again_changes_nothing_derived(
    fresh_database_url: str, tmp_path: Path, today: date
) -> None:
    rows = random_rows(6, 60, today)
    write_rows(rows, tmp_path, "parquet")
    connection = await asyncpg.connect(fresh_database_url)
    try:
        await run_import(connection, tmp_path, partner="One")
        before = await _derived(connection)
        await run_import(connection, tmp_path, partner="One")
        assert await _derived(connection) == before
    finally:
        await connection.close()


async def test_migrations_fill_what_they_add(fresh_database_url: str, tmp_path: Path, today: date) -> None:
    """The rows of before are what they would be if they had been kept from the start."""
    write_rows(random_rows(7, 60, today), tmp_path, "parquet")
    connection = await asyncpg.connect(fresh_database_url)
    try:
        for partner in ("One", "Other"):
            await run_import(connection, tmp_path, partner=partner)
        kept = await _derived(connection)
        assert any(row[-1] is None for row in kept["calling_weeks"])
        assert any(row[-1] for row in kept["calling_weeks"])
        assert any(row[-2] for row in kept["customer_positions"])
        assert any(row[-1] for row in kept["customer_positions"])
        await connection.execute(
            "DELETE FROM calling_weeks WHERE calls = 0; ALTER TABLE calling_weeks DROP licensed;"
            "ALTER TABLE license_states DROP entitlement_id, DROP external_id;"
            "ALTER TABLE customer_positions DROP used, DROP available;"
            "DELETE FROM tortoise_migrations WHERE name >= '0008'"
        )
        async with opened(fresh_database_url, load_settings(database_url=fresh_database_url)):
            assert await migrate() == ["0008_what_is_kept", "0009_positions_used", "0010_case_folding"]
        assert await _derived(connection) == kept
    finally:
        await connection.close()
