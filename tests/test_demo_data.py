"""The demo's data: valid by the import contract, the same for the same seed, and an example of every value."""

from datetime import date
from pathlib import Path

import pytest

from ingest.demo import DEMO_ADMINS, generate
from tests.demo_contract import CONTRACT, ROLES, VALUES, Tables, complaints, values
from tests.demo_tables import TODAY, demo

pytest_plugins = ["tests.demo_fixture"]


@pytest.mark.parametrize("today", [TODAY, date(2024, 2, 29), date(2026, 1, 3), date(2026, 1, 4)])
@pytest.mark.parametrize("customers", [1, 3, 50])
def test_every_size_on_any_day_is_valid(tmp_path: Path, customers: int, today: date) -> None:
    tables = demo(tmp_path, customers, today=today)

    assert set(tables) == set(CONTRACT)
    assert list(complaints(tables, today)) == []
    assert len(tables["customers"]) == customers
    assert tables["admin_assignments"].filter(email="admin@demo.example").height >= min(3, customers)


def test_the_default_size_is_valid_and_uses_every_value(tables: Tables) -> None:
    assert list(complaints(tables, TODAY)) == []
    for (table, column), expected in VALUES.items():
        assert values(tables, table, column) == set(expected.split()), (table, column)
    assert 150_000 <= len(tables["calls"]) <= 250_000


def test_the_seed_decides(tmp_path: Path) -> None:
    first, again, other = (demo(tmp_path / name, 50, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))

    assert all(first[table].equals(again[table]) for table in CONTRACT)
    assert not any(first[table].equals(other[table]) for table in ("customers", "license_usage", "calls"))


def test_calls_can_be_left_out(tmp_path: Path) -> None:
    generate(tmp_path, customers=3, today=TODAY, calls=False)

    assert {path.stem for path in tmp_path.iterdir()} == set(CONTRACT) - {"calls"}


def test_there_is_a_sign_in_for_each_role(tables: Tables) -> None:
    admins = {row["email"]: row for row in tables["partner_admins"].to_dicts()}
    signed_in = [admins[email] for email, _ in DEMO_ADMINS]

    assert {admin["roles"] for admin in signed_in} == set(ROLES.split())
    assert all(admin["active"] for admin in signed_in)
    assert any("|" in admin["roles"] for admin in admins.values())
    assert not all(admin["active"] for admin in admins.values())
