"""Lists that get more rows while they are read page by page: no row is hidden, none comes twice."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ingest import run_import
from tests import oracle
from tests.lists import CUSTOMERS, PAGE_INFO, SUBSCRIPTIONS, TRIALS, page, whole
from tests.oracle import Rows
from tests.row_files import write_rows
from tests.rows import random_rows
from tests.server import Api, served
from tests.world import FULL


@pytest.fixture
async def growing(
    fresh_database_url: str, data_dir: Path, tmp_path: Path, today: date
) -> AsyncIterator["Growing"]:
    connection = await asyncpg.connect(fresh_database_url)
    async with served(fresh_database_url, data_dir, "Growing") as api:
        yield Growing(api, connection, tmp_path, today)
    await connection.close()


class Growing:
    """A partner that gets more rows while it is read."""

    def __init__(self, api: Api, connection: asyncpg.Connection, folder: Path, today: date) -> None:
        self.api, self.connection, self.folder, self.today = api, connection, folder, today
        self.rows = random_rows(3, 240, today) | {"calls": []}

    async def add(self, customers: range) -> None:
        """Import these of the random customers, with what hangs on them."""
        chosen = {row["customer_id"] for row in self.rows["customers"][customers.start : customers.stop]}
        owners = {
            row.get("subscription_id") or row.get("trial_id"): row["customer_id"]
            for table in ("subscriptions", "trials")
            for row in self.rows[table]
        }

        def belongs(row: oracle.Row) -> bool:
            owner = row.get("customer_id") or owners.get(row.get("subscription_id") or row.get("trial_id"))
            return owner is None or owner in chosen

        part: Rows = {
            table: [row for row in rows if belongs(row)] for table, rows in self.rows.items() if rows
        }
        folder = self.folder / f"{customers.start}"
        write_rows(part, folder)
        await run_import(self.connection, folder, partner="Growing")


@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
async def test_inserts_between_pages_neither_hide_nor_repeat_rows(growing: Growing, backward: bool) -> None:
    await growing.add(range(80))
    lists = [
        (CUSTOMERS, {"field": "NAME"}),
        (CUSTOMERS, {"field": "URGENCY", "direction": "DESC"}),
        (CUSTOMERS, {"field": "NEXT_RENEWAL"}),
        (CUSTOMERS, {"field": "LAST_ADMIN_SIGN_IN", "direction": "DESC"}),
        (SUBSCRIPTIONS, {"field": "END_DATE"}),
        (TRIALS, {"field": "ADDED_ON", "direction": "DESC"}),
    ]
    old = [await whole(growing.api, FULL, field, orderBy=order) for field, order in lists]
    walked: list[list[str]] = [[] for _ in lists]
    cursors: list[str | None] = [None] * len(lists)
    sizes = [11, 13, 9, 17, 11, 3]

    for turn in range(40):
        if turn in (1, 2, 3, 4):
            await growing.add(range(40 + 40 * turn, 80 + 40 * turn))
        for n, (field, order) in enumerate(lists):
            if turn and cursors[n] is None:
                continue
            bounds: dict[str, Any] = {"first": sizes[n], "after": cursors[n]}
            if backward:
                bounds = {"last": sizes[n], "before": cursors[n]}
            select = f"nodes {{ {field.key} }} {PAGE_INFO}"
            found = await page(growing.api, FULL, field, select, orderBy=order, **bounds)
            keys = [node[field.key] for node in found["nodes"]]
            walked[n] = keys + walked[n] if backward else walked[n] + keys
            info = found["pageInfo"]
            more = info["hasPreviousPage"] if backward else info["hasNextPage"]
            cursors[n] = info["startCursor" if backward else "endCursor"] if more else None

    for n, (field, order) in enumerate(lists):
        assert cursors[n] is None
        assert len(set(walked[n])) == len(walked[n])
        assert [key for key in walked[n] if key in set(old[n])] == old[n]
        everything = await whole(growing.api, FULL, field, orderBy=order)
        assert len(everything) > len(old[n])
        assert [key for key in everything if key in set(walked[n])] == walked[n]
