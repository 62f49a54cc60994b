"""A small partner with an admin of every kind, and its neighbour, as tests of changes know them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from ingest import run_import
from resolvers.ids import GlobalIds
from tests.oracle import Rows
from tests.row_files import write_rows
from tests.server import Api, served

PARTNER, OTHER = "Firm", "Other firm"
FULL = "full@firm.example"
SECOND = "second@firm.example"
"""Another full admin."""
READ = "read@firm.example"
DESK = "desk@firm.example"
ADMIN = "admin@firm.example"
"""A partner admin, assigned to customers c1 and c2."""
BOTH = "both@firm.example"
"""A partner admin assigned to c1 who also reads everything."""
NONE = "none@firm.example"
"""An admin whose access was taken away."""
NEIGHBOUR = "full@other.example"

ROLES = {
    FULL: ["PARTNER_FULL_ADMIN"],
    SECOND: ["PARTNER_FULL_ADMIN"],
    READ: ["PARTNER_READ_ONLY_ADMIN"],
    DESK: ["HELP_DESK_ADMIN"],
    ADMIN: ["PARTNER_ADMIN"],
    BOTH: ["PARTNER_ADMIN", "PARTNER_READ_ONLY_ADMIN"],
    NONE: [],
}
ASSIGNED = [(ADMIN, "c1"), (ADMIN, "c2"), (BOTH, "c1")]


def firm_rows(today: date, admins: dict[str, list[str]], assigned: list[tuple[str, str]]) -> Rows:
    """Customers c1 to c6, each with a tag, a subscription and a trial of Messaging."""
    customers = [f"c{n}" for n in range(1, 7)]
    term = {
        "added_on": today,
        "start_date": today,
        "end_date": today + timedelta(days=20),
        "status": "ACTIVE",
    }
    return {
        "partner_admins": [
            {"email": email, "display_name": email.split("@")[0].title(), "roles": roles, "active": True}
            for email, roles in admins.items()
        ],
        "customers": [
            {
                "customer_id": customer,
                "name": f"Customer {customer}",
                "managed_by": "EXTERNAL_ADMIN",
                "country": "DE",
                "created_on": today,
                "suspended": False,
            }
            for customer in customers
        ],
        "subscriptions": [
            {"subscription_id": f"S-{customer}", "customer_id": customer, "auto_renew": True, **term}
            for customer in customers
        ],
        "trials": [{"trial_id": f"T-{customer}", "customer_id": customer, **term} for customer in customers],
        "licenses": [
            line
            for customer in customers
            for line in (
                {"subscription_id": f"S-{customer}", "product": "CALLING", "quantity": 10},
                {"trial_id": f"T-{customer}", "product": "MESSAGING", "quantity": 10},
            )
        ],
        "tags": [{"name": "Gold", "description": "Pays early"}, {"name": "Unused"}],
        "customer_tags": [{"customer_id": customer, "tag": "Gold"} for customer in customers],
        "admin_assignments": [{"email": email, "customer_id": customer} for email, customer in assigned],
    }


async def fill(url: str, folder: Path, today: date) -> None:
    """Import both partners."""
    partners = {PARTNER: (ROLES, ASSIGNED), OTHER: ({NEIGHBOUR: ["PARTNER_FULL_ADMIN"]}, [])}
    connection = await asyncpg.connect(url)
    try:
        for partner, (admins, assigned) in partners.items():
            write_rows(firm_rows(today, admins, assigned), folder / partner)
            await run_import(connection, folder / partner, partner=partner)
    finally:
        await connection.close()


@dataclass
class Firm:
    """The service over both partners, and a connection to look behind it."""

    api: Api
    connection: asyncpg.Connection
    url: str
    today: date
    seals: GlobalIds

    async def id(self, type_name: str, name: str, partner: str = PARTNER) -> str:
        """The global ID of what has this name."""
        table, column = NAMES[type_name]
        number = await self.connection.fetchval(
            f"SELECT t.id FROM {table} t JOIN partners p ON p.id = t.partner_id WHERE p.name = $1 AND t.{column} = $2",
            partner,
            name,
        )
        assert number is not None, f"no {type_name} {name}"
        return self.seals.seal(type_name, number)

    async def ids(self, type_name: str, *names: str) -> list[str]:
        return [await self.id(type_name, name) for name in names]

    async def ask(self, email: str, query: str, variables: dict[str, Any] | None = None) -> Any:
        """The data of an operation without errors."""
        return (await self.api.ask(email, query, variables, partner=partner_of(email))).data

    async def change(
        self, email: str, mutation: str, input: dict[str, Any] | None, fields: str = "", **headers: str
    ) -> dict[str, Any]:
        """The payload of one change: these fields of it, and the errors as (code, path)."""
        type_name = (
            f"{mutation[0].upper()}{mutation[1:]}Input" if mutation not in INPUTS else INPUTS[mutation]
        )
        declared, given = (f"($input: {type_name}!)", "(input: $input)") if input is not None else ("", "")
        query = f"mutation Change{declared} {{ {mutation}{given} {{ {fields} userErrors {{ code field message }} }} }}"
        answer = await self.api.ask(
            email,
            query,
            {"input": input} if input is not None else None,
            partner=partner_of(email),
            **headers,
        )
        payload: dict[str, Any] = answer.data[mutation]
        payload["errors"] = [
            (error["code"], ".".join(error["field"] or [])) for error in payload.pop("userErrors")
        ]
        return payload

    async def tables(self, partner: str | None = None) -> dict[str, str]:
        """Everything that is stored, or everything of a partner's: a digest a table."""
        tables = await self.connection.fetch(
            "SELECT t.tablename, c.column_name FROM pg_tables t LEFT JOIN information_schema.columns c"
            " ON c.table_name = t.tablename AND c.table_schema = 'public' AND c.column_name = 'partner_id'"
            " WHERE t.schemaname = 'public'"
        )
        number = await self.connection.fetchval("SELECT id FROM partners WHERE name = $1", partner)
        digests = " UNION ALL ".join(
            f"SELECT '{name}' AS name, md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) AS digest"
            f" FROM {name} t {f'WHERE {column} = {number}' if column and partner else ''}"
            for name, column in tables
            if column or not partner
        )
        return {row["name"]: row["digest"] for row in await self.connection.fetch(digests)}

    async def events(self) -> list[asyncpg.Record]:
        """The audit trail of the partner as it is stored, oldest first."""
        rows: list[asyncpg.Record] = await self.connection.fetch(
            "SELECT e.*, a.email FROM audit_events e JOIN partners p ON p.id = e.partner_id"
            " LEFT JOIN partner_admins a ON a.partner_id = p.id AND a.id = e.actor_id"
            " WHERE p.name = $1 ORDER BY e.id",
            PARTNER,
        )
        return rows


def partner_of(email: str) -> str:
    return OTHER if email == NEIGHBOUR else PARTNER


NAMES = {
    "Customer": ("customers", "external_id"),
    "Tag": ("tags", "name"),
    "Trial": ("trials", "external_id"),
    "PartnerAdmin": ("partner_admins", "email"),
    "Subscription": ("subscriptions", "external_id"),
}
INPUTS = {
    "addTags": "TagCustomersInput",
    "removeTags": "TagCustomersInput",
    "unassignPartnerAdmin": "AssignPartnerAdminInput",
    "acceptOwnOrganizationTerms": "AcceptOwnOrganizationTermsInput",
}


@asynccontextmanager
async def firm_on(url: str, data_dir: Path, today: date, **settings: Any) -> AsyncIterator[Firm]:
    """The service on a database that `fill` has filled."""
    connection = await asyncpg.connect(url)
    try:
        key = await connection.fetchval("SELECT id_key FROM installation")
        async with served(url, data_dir, PARTNER, **settings) as api:
            yield Firm(api, connection, url, today, GlobalIds(key))
    finally:
        await connection.close()
