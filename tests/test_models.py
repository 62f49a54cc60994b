"""What the database itself holds to: keys that lead with the partner, and rows that it refuses."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

import models
from server.database import connect

SHARED = {"partners", "installation", "tortoise_migrations"}
"""The tables that are no partner's."""


def tables() -> list[type[Model]]:
    found = [thing for thing in vars(models).values() if isinstance(thing, type) and issubclass(thing, Model)]
    return [model for model in found if not getattr(model.Meta, "abstract", False)]


@pytest.fixture(scope="module")
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(database_url)
    yield connection
    await connection.close()


async def test_every_model_has_its_table_and_every_table_its_model(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert {row["tablename"] for row in rows} - {"tortoise_migrations"} == {
        model._meta.db_table for model in tables()
    }


async def test_every_declared_check_stands_in_the_database(connection: asyncpg.Connection) -> None:
    declared = {
        (model._meta.db_table, constraint.name)
        for model in tables()
        for constraint in getattr(model.Meta, "constraints", ())
        if isinstance(constraint, CheckConstraint)
    }
    rows = await connection.fetch(
        "SELECT conrelid::regclass::text AS of, conname FROM pg_constraint WHERE contype = 'c'"
    )
    standing = {(row["of"], row["conname"]) for row in rows}
    assert len(declared) > 15
    assert declared - standing == set()


async def test_the_partner_leads_every_index_and_key(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch(
        """
        SELECT t.relname AS table, i.relname AS index, a.attname AS first
        FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_class t ON t.oid = x.indrelid
        JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
        LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
        """
    )
    wrong = [
        (row["table"], row["index"])
        for row in rows
        if row["table"] not in SHARED and row["first"] != "partner_id"
    ]
    assert wrong == []
    assert len({row["table"] for row in rows} - SHARED) >= 15


async def test_the_partner_leads_every_foreign_key_on_both_sides(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch(
        """
        SELECT c.conrelid::regclass::text AS of, c.confrelid::regclass::text AS to,
               a.attname AS first, b.attname AS first_there, cardinality(c.conkey) AS columns
        FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
        WHERE c.contype = 'f'
        """
    )
    assert len(rows) > 20
    for row in rows:
        if row["to"] == "partners":
            assert (row["first"], row["first_there"], row["columns"]) == ("partner_id", "id", 1)
        else:
            assert (row["first"], row["first_there"]) == ("partner_id", "partner_id"), row
            assert row["columns"] == 2


# ---- rows that are refused ------------------------------------------------------------------------

CUSTOMER = """INSERT INTO customers (partner_id, external_id, name, managed_by, country, created_on, suspended,
    is_own_organization, search_text) VALUES ({partner}, 'c', 'C', '{managed_by}', 'DE', '2026-01-01', false,
    false, 'c') RETURNING id"""
SUBSCRIPTION = """INSERT INTO subscriptions (partner_id, external_id, customer_id, status, added_on, start_date,
    end_date, auto_renew{more}) VALUES ({partner}, 's', {customer}, 'ACTIVE', '2026-01-01', '2026-01-02', '{end}',
    true{value}) RETURNING id"""
LICENSE = """INSERT INTO licenses (partner_id, subscription_id, trial_id, product, quantity)
    VALUES ({partner}, {subscription}, {trial}, '{product}', {quantity}) RETURNING id"""


class Rows:
    """Two partners in a transaction that is rolled back, with what one of them has."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.ours = self.theirs = self.customer = self.subscription = 0

    async def insert(self, sql: str) -> int:
        async with self.connection.transaction():
            number: int = await self.connection.fetchval(sql)
        return number

    async def subscribe(self, partner: int, customer: int, end: str = "2027-01-01") -> int:
        columns = await self.connection.fetch(
            "SELECT 1 FROM pg_attribute WHERE attrelid = 'subscriptions'::regclass AND attname = 'search_text'"
        )
        more, value = (", search_text", ", 's'") if columns else ("", "")
        return await self.insert(
            SUBSCRIPTION.format(partner=partner, customer=customer, end=end, more=more, value=value)
        )

    async def license(
        self, subscription: int | str, trial: str = "NULL", product: str = "CALLING", quantity: int = 1
    ) -> int:
        return await self.insert(
            LICENSE.format(
                partner=self.ours,
                subscription=subscription,
                trial=trial,
                product=product,
                quantity=quantity,
            )
        )


@pytest.fixture
async def rows(connection: asyncpg.Connection) -> AsyncIterator[Rows]:
    transaction = connection.transaction()
    await transaction.start()
    rows = Rows(connection)
    rows.ours = await rows.insert("INSERT INTO partners (name) VALUES ('Ours') RETURNING id")
    rows.theirs = await rows.insert("INSERT INTO partners (name) VALUES ('Theirs') RETURNING id")
    customer = CUSTOMER.format(partner=rows.ours, managed_by="EXTERNAL_ADMIN")
    rows.customer = await rows.insert(customer)
    rows.subscription = await rows.subscribe(rows.ours, rows.customer)
    yield rows
    await transaction.rollback()


async def test_an_end_before_the_start_is_refused(rows: Rows) -> None:
    await rows.connection.execute("UPDATE subscriptions SET end_date = start_date")
    with pytest.raises(asyncpg.CheckViolationError):
        await rows.connection.execute("UPDATE subscriptions SET end_date = start_date - 1")


async def test_negative_counts_are_refused(rows: Rows) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await rows.license(rows.subscription, quantity=-1)
    assert await rows.license(rows.subscription, quantity=0)


async def test_a_line_on_neither_or_both_of_subscription_and_trial_is_refused(rows: Rows) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await rows.license("NULL")
    with pytest.raises(asyncpg.CheckViolationError):
        await rows.license(rows.subscription, trial="1")


async def test_a_row_that_refers_to_another_partners_row_is_refused(rows: Rows) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await rows.subscribe(rows.theirs, rows.customer)


async def test_a_value_that_is_not_known_is_refused(rows: Rows) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await rows.insert(CUSTOMER.format(partner=rows.theirs, managed_by="NOBODY"))
    with pytest.raises(asyncpg.CheckViolationError):
        await rows.license(rows.subscription, product="FAX")


async def test_two_partners_may_use_the_same_keys_and_one_may_not_twice(rows: Rows) -> None:
    customer = CUSTOMER.format(partner=rows.theirs, managed_by="EXTERNAL_ADMIN")
    assert await rows.insert(customer)
    with pytest.raises(asyncpg.UniqueViolationError):
        await rows.insert(customer)
