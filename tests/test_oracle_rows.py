"""The random rows themselves, and the files that they are written to."""

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import polars
import pytest
from hypothesis import given, settings

from tests import oracle
from tests.oracle import Rows
from tests.oracle_rows import TODAY, customer
from tests.row_files import COLUMNS, write_rows
from tests.rows import random_rows, rows_strategy

# ---- random rows -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def random_book() -> oracle.Book:
    return oracle.Book(random_rows(7, 400, TODAY))


def test_same_seed_same_rows() -> None:
    assert random_rows(3, 20, TODAY) == random_rows(3, 20, TODAY)
    assert random_rows(3, 20, TODAY) != random_rows(4, 20, TODAY)


def test_random_rows_hold_every_primary_status(random_book: oracle.Book) -> None:
    found = Counter(oracle.primary_status(random_book, id_, TODAY) for id_ in random_book.customers)

    assert set(found) == set(oracle.policy.STATUSES)
    assert min(found.values()) >= 5


def test_random_rows_hold_every_boundary(random_book: oracle.Book) -> None:
    rows = random_book.rows
    ends = {(row["end_date"] - TODAY).days for row in rows["subscriptions"]}
    starts = {(row["start_date"] - TODAY).days for row in rows["subscriptions"]}
    snapshots = {(row["date"] - TODAY).days for row in rows["license_usage"]}
    signed_in = {
        (TODAY - at.date()).days if (at := row["last_admin_sign_in_at"]) else None
        for row in rows["customers"]
    }

    assert {-91, -90, -1, 0, 1, 7, 29, 30, 31, 89, 90, 91} <= ends
    assert {-91, -90, -89, -31, -30, -8, -7, -1, 0, 1, 30} <= starts
    assert {-8, -7, -6, 0, 1} <= snapshots
    assert {None, 0, 89, 90, 91} <= signed_in
    assert {0, 49, 50, 249, 250, 999, 1000} <= {row["quantity"] for row in rows["licenses"]}


def test_random_rows_keep_the_contract(random_book: oracle.Book) -> None:
    rows = random_book.rows
    customers = set(random_book.customers)
    keys = {
        "customers": ("customer_id",),
        "subscriptions": ("subscription_id",),
        "trials": ("trial_id",),
        "licenses": ("subscription_id", "trial_id", "product"),
        "license_usage": ("subscription_id", "trial_id", "product", "date"),
        "orders": ("order_id",),
        "invoices": ("invoice_id",),
        "partner_admins": ("email",),
        "admin_assignments": ("email", "customer_id"),
        "tags": ("name",),
        "customer_tags": ("customer_id", "tag"),
        "calls": ("call_id",),
        "resources": ("resource_id",),
        "help_desks": ("name",),
    }

    assert rows.keys() == COLUMNS.keys() == keys.keys()
    for table, key in keys.items():
        assert rows[table], table
        assert all(row.keys() == COLUMNS[table].keys() for row in rows[table]), table
        assert len({tuple(row[column] for column in key) for row in rows[table]}) == len(rows[table]), table
        assert all(row["customer_id"] in customers for row in rows[table] if "customer_id" in row)
    for row in rows["subscriptions"] + rows["trials"]:
        assert row["start_date"] <= row["end_date"]  # it may be added before or after it starts
    for row in rows["license_usage"]:
        assert min(row["assigned"], row["used"], row["used_last_90_days"]) >= 0
    assert all(1 <= len(row["name"]) <= 25 for row in rows["tags"])


@settings(max_examples=25, deadline=None)
@given(rows_strategy(TODAY))
def test_at_least_one_status_always_applies(rows: Rows) -> None:
    book = oracle.Book(rows)
    for customer_id in book.customers:
        assert oracle.statuses(book, customer_id, TODAY)


# ---- files -----------------------------------------------------------------------------------------


def small_rows() -> Rows:
    return {
        "customers": [customer("A", name='Say "hi", Bank'), customer("B", last_admin_sign_in_at=None)],
        "partner_admins": [
            {
                "email": "me@partner.example",
                "display_name": "Me",
                "roles": ["PARTNER_ADMIN", "HELP_DESK_ADMIN"],
                "active": True,
                "last_sign_in_at": None,
            }
        ],
        "orders": [
            {
                "order_id": "O",
                "subscription_id": "S",
                "ordered_on": TODAY,
                "type": "NEW",
                "product": "MEETINGS",
                "quantity": 3,
                "amount": Decimal("0.10"),
                "currency": "USD",
            }
        ],
    }


def test_csv_files(tmp_path: Path) -> None:
    write_rows(small_rows(), tmp_path)

    assert (tmp_path / "customers.csv").read_bytes().decode() == (
        "customer_id,name,managed_by,country,industry,created_on,last_admin_sign_in_at,suspended\r\n"
        'A,"Say ""hi"", Bank",EXTERNAL_ADMIN,US,,2023-01-01,2024-05-15T08:00:00+00:00,false\r\n'
        "B,Acme,EXTERNAL_ADMIN,US,,2023-01-01,,false\r\n"
    )
    assert (tmp_path / "partner_admins.csv").read_text().splitlines()[1] == (
        "me@partner.example,Me,PARTNER_ADMIN|HELP_DESK_ADMIN,true,"
    )


def test_shuffled_csv_holds_the_same(tmp_path: Path) -> None:
    rows = random_rows(1, 20, TODAY)
    write_rows(rows, tmp_path / "plain")
    write_rows(rows, tmp_path / "shuffled", shuffle_seed=1)

    def read(folder: str) -> list[dict[str, str]]:
        with (tmp_path / folder / "licenses.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    assert read("plain") != read("shuffled")
    assert sorted(map(sorted, (row.items() for row in read("plain")))) == sorted(
        map(sorted, (row.items() for row in read("shuffled")))
    )


def test_json_lines_files(tmp_path: Path) -> None:
    write_rows(small_rows(), tmp_path, "jsonl")

    assert json.loads((tmp_path / "orders.jsonl").read_text()) == {
        "order_id": "O",
        "subscription_id": "S",
        "ordered_on": "2024-05-15",
        "type": "NEW",
        "product": "MEETINGS",
        "quantity": 3,
        "amount": "0.10",
        "currency": "USD",
    }
    second = (tmp_path / "customers.jsonl").read_text().splitlines()[1]
    assert json.loads(second)["last_admin_sign_in_at"] is None
    assert json.loads(second)["suspended"] is False


def test_parquet_files(tmp_path: Path) -> None:
    write_rows(small_rows(), tmp_path, "parquet")

    customers = polars.read_parquet(tmp_path / "customers.parquet").to_dicts()
    assert customers == small_rows()["customers"]
    admins = polars.read_parquet(tmp_path / "partner_admins.parquet").to_dicts()
    assert admins[0]["roles"] == "PARTNER_ADMIN|HELP_DESK_ADMIN"
    orders = polars.read_parquet(tmp_path / "orders.parquet").to_dicts()
    assert orders[0]["amount"] == Decimal("0.10")


def test_unknown_column_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="customers has no nickname"):
        write_rows({"customers": [customer(nickname="x")]}, tmp_path)
