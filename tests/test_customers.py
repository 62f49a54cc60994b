"""Customers over HTTP, against the independent calculation."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import asyncpg
import pytest

from ingest import run_import
from tests import oracle
from tests.rows import random_rows, write_rows
from tests.server import Api, served

FIELDS = "customerId name statuses primaryStatus products nextExpirationOn nextRenewalOn"


@pytest.fixture(scope="module")
def book(today: date) -> oracle.Book:
    return oracle.Book(random_rows(1, 300, today))


@pytest.fixture(scope="module")
async def api(
    book: oracle.Book, database_url: str, data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Api]:
    folder = tmp_path_factory.mktemp("rows")
    write_rows(book.rows, folder, "csv", shuffle_seed=1)
    connection = await asyncpg.connect(database_url)
    try:
        await run_import(connection, folder, partner="Random")
    finally:
        await connection.close()
    async with served(database_url, data_dir, "Random") as api:
        yield api


async def test_statuses_and_dates_of_every_customer(api: Api, book: oracle.Book, today: date) -> None:
    query = f"{{ customers(first: 1000) {{ totalCount nodes {{ {FIELDS} }} }} }}"
    customers = (await api.ask("full@partner.example", query)).data["customers"]
    expected = oracle.order_customers(book, oracle.visible_customers(book, "full@partner.example"), on=today)
    assert [node["customerId"] for node in customers["nodes"]] == expected
    for node in customers["nodes"]:
        found = oracle.customer_fields(book, node["customerId"], today)
        assert node == {name: found[name] for name in FIELDS.split()}
