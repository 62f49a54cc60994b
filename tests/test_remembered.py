"""Remembered results: found again, never stale, bounded, seen in the metrics, and off by a setting."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ingest import run_import
from resolvers.memory import Memory
from tests.oracle import Rows
from tests.row_files import write_rows
from tests.rows import random_rows
from tests.server import Api, served

QUERY = """query ($filter: CustomerFilter) { analytics(filter: $filter) {
  overview { totalCustomers overLicenseLimit lowLicenseAssignment }
  licenses(product: MEETINGS) { distributionTrend(last: 4) { to total assigned used } }
} }"""
FULL, ASSIGNED = "full@partner.example", "admin@partner.example"


@pytest.fixture
def rows(today: date) -> Rows:
    found = random_rows(11, 80, today)
    found["calls"] = []
    return found


async def _load(url: str, rows: Rows, folder: Path, partner: str = "Partner") -> None:
    write_rows(rows, folder, "parquet")
    connection = await asyncpg.connect(url)
    try:
        await run_import(connection, folder, partner=partner)
    finally:
        await connection.close()


@pytest.fixture
async def api(rows: Rows, fresh_database_url: str, data_dir: Path, tmp_path: Path) -> AsyncIterator[Api]:
    await _load(fresh_database_url, rows, tmp_path / "first")
    async with served(fresh_database_url, data_dir) as api:
        yield api


async def test_a_result_is_found_again_by_those_who_see_the_same(api: Api) -> None:
    first = await api.ask(FULL, QUERY)
    again = await api.ask(FULL, QUERY)
    other = await api.ask("read@partner.example", QUERY)
    assert first.statements == 3
    assert again.statements == other.statements == 1  # the viewer's alone
    assert first.data == again.data == other.data


async def test_scopes_and_filters_are_kept_apart(api: Api) -> None:
    everything = await api.ask(FULL, QUERY)
    mine = await api.ask(ASSIGNED, QUERY)
    second = await api.ask("admin.second@partner.example", QUERY)
    some = await api.ask(FULL, QUERY, {"filter": {"managedBy": ["EXTERNAL_ADMIN"]}})
    counts = [
        answer.data["analytics"]["overview"]["totalCustomers"] for answer in (everything, mine, second, some)
    ]
    assert all(answer.statements == 3 for answer in (everything, mine, second, some))
    assert counts[0] > max(counts[1:])


async def test_nothing_is_stale_after_an_import(
    api: Api, rows: Rows, fresh_database_url: str, tmp_path: Path
) -> None:
    before = await api.ask(FULL, QUERY)
    changed: list[dict[str, Any]] = [dict(row, quantity=row["quantity"] + 1000) for row in rows["licenses"]]
    await _load(fresh_database_url, {"licenses": changed}, tmp_path / "second")
    after = await api.ask(FULL, QUERY)
    trend = "distributionTrend"
    assert after.statements == 3
    assert after.data["analytics"]["licenses"][trend] != before.data["analytics"]["licenses"][trend]


async def test_an_import_that_changes_nothing_or_is_anothers_forgets_nothing(
    api: Api, rows: Rows, fresh_database_url: str, tmp_path: Path
) -> None:
    await api.ask(FULL, QUERY)
    await _load(fresh_database_url, rows, tmp_path / "again")
    await _load(fresh_database_url, rows, tmp_path / "theirs", partner="Another")
    assert (await api.ask(FULL, QUERY)).statements == 1


async def test_it_is_seen_in_the_metrics(api: Api) -> None:
    await api.ask(FULL, QUERY)
    await api.ask(FULL, QUERY)
    text = (await api.client.get("/metrics")).text
    assert 'partnerhub_remembered_total{found="hit"}' in text
    assert "partnerhub_remembered_values" in text


async def test_it_is_off_by_a_setting(
    rows: Rows, fresh_database_url: str, data_dir: Path, tmp_path: Path
) -> None:
    await _load(fresh_database_url, rows, tmp_path / "first")
    async with served(fresh_database_url, data_dir, remembered_values=0) as api:
        first, again = await api.ask(FULL, QUERY), await api.ask(FULL, QUERY)
    assert first.statements == again.statements == 3
    assert first.data == again.data


def test_memory_is_bounded_and_forgets_the_least_recently_used() -> None:
    memory = Memory(10, lambda found, values: None)
    for key in "abc":
        memory.put(key, key.upper(), 4)
    assert (memory.get("a"), memory.get("b"), memory.get("c"), memory.size) == (None, "B", "C", 8)
    memory.get("b")
    memory.put("d", "D", 4)
    assert (memory.get("b"), memory.get("c"), len(memory)) == ("B", None, 2)
    memory.put("e", "too large", 11)
    assert memory.get("e") is None
    assert memory.size == 8
