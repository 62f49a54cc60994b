"""Two partners with the same natural keys, whose every text tells whose it is.

Alpha's partner admin is assigned to customers C1 and C2. What hangs on Alpha's other customers says "hidden", and
what is of the other partner says "omega".
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from ingest import run_import
from resolvers.ids import GlobalIds
from tests.everything import OPERATIONS, document
from tests.oracle import Rows
from tests.row_files import write_rows
from tests.server import Answer, Api

ALPHA, OMEGA = "Alpha", "Omega"
FULL, ADMIN, READ, DESK, BOTH = (
    f"{name}@partner.example" for name in ("full", "admin", "read", "desk", "both")
)
ROLES = {
    FULL: ["PARTNER_FULL_ADMIN"],
    ADMIN: ["PARTNER_ADMIN"],
    READ: ["PARTNER_READ_ONLY_ADMIN"],
    DESK: ["HELP_DESK_ADMIN"],
    BOTH: ["PARTNER_ADMIN", "HELP_DESK_ADMIN"],
}
SEEN, HIDDEN = ("C1", "C2"), ("hidden-3", "hidden-4")
OWN = "own"

_OF_CUSTOMER = {
    "Customer": "SELECT id, id AS customer_id, partner_id FROM customers",
    "Subscription": "SELECT id, customer_id, partner_id FROM subscriptions",
    "Trial": "SELECT id, customer_id, partner_id FROM trials",
    "License": "SELECT license_id AS id, customer_id, partner_id FROM license_states",
    "Order": "SELECT o.id, s.customer_id, s.partner_id FROM orders o JOIN subscriptions s ON s.id = o.subscription_id",
    "Invoice": "SELECT i.id, s.customer_id, s.partner_id FROM invoices i"
    " JOIN subscriptions s ON s.id = i.subscription_id",
}
_OF_PARTNER = {
    "Partner": "SELECT id, id AS partner_id FROM partners",
    "PartnerAdmin": "SELECT id, partner_id FROM partner_admins",
    "Tag": "SELECT id, partner_id FROM tags",
    "Resource": "SELECT id, partner_id FROM resources",
    "AuditEvent": "SELECT id, partner_id FROM audit_events",
}
TYPES = (*_OF_CUSTOMER, *_OF_PARTNER)
BILLS = ("Order", "Invoice")


def customer_rows(word: str, customers: tuple[str, ...], today: date) -> Rows:
    """Customers with one of everything. `word` is in each text, and numbers differ with its length."""
    size = len(word)
    days = timedelta(days=20)
    term: dict[str, Any] = {"added_on": today, "start_date": today - days, "end_date": today + days}
    last_saturday = today - timedelta(days=today.isoweekday() % 7 + 1)
    rows: Rows = {
        "customers": [
            {
                "customer_id": key,
                "name": f"{word} {key}",
                "managed_by": "EXTERNAL_ADMIN",
                "country": "DE",
                "industry": f"{word} industry",
                "created_on": today,
                "suspended": False,
            }
            for key in customers
        ],
        "subscriptions": [
            {
                "subscription_id": f"S-{key}",
                "customer_id": key,
                "status": "ACTIVE",
                "auto_renew": key == "C1",
                **term,
            }
            for key in customers
        ],
        "trials": [
            {"trial_id": f"T-{key}", "customer_id": key, "status": "ACTIVE", "started_by": FULL, **term}
            for key in customers
        ],
        "customer_tags": [{"customer_id": key, "tag": "shared"} for key in customers],
    }
    ids = [
        found for key in customers for found in ({"subscription_id": f"S-{key}"}, {"trial_id": f"T-{key}"})
    ]
    rows["licenses"] = [one | {"product": "CALLING", "quantity": 10 * size} for one in ids]
    used = {
        "product": "CALLING",
        "date": today,
        "assigned": 11 * size,
        "used": size,
        "used_last_90_days": size,
    }
    rows["license_usage"] = [one | used for one in ids]
    rows["calls"] = [
        {
            "call_id": f"{key}-{n}",
            "customer_id": key,
            "user_id": f"{word}-{n}",
            "started_at": datetime.combine(last_saturday, time(12), UTC),
            "duration_seconds": 60 * size,
            "direction": "INBOUND",
            "outcome": "ANSWERED",
            "endpoint_type": "WXC_CLIENT",
            "features": ["CALL_QUEUE"],
            "packet_loss_percent": 1.0,
            "latency_ms": 20,
            "jitter_ms": 2,
            "queue": f"{word} queue",
            "queue_wait_seconds": size,
            "queue_outcome": "ANSWERED",
        }
        for key in customers
        for n in range(size)
    ]
    money = {"amount": Decimal(f"{size}.50"), "currency": "EUR"}
    rows["orders"] = [
        {
            "order_id": f"O-{key}",
            "subscription_id": f"S-{key}",
            "ordered_on": today,
            "type": "NEW",
            "product": "CALLING",
            "quantity": size,
            **money,
        }
        for key in customers
    ]
    rows["invoices"] = [
        {
            "invoice_id": f"I-{key}",
            "subscription_id": f"S-{key}",
            "number": f"{word}-{key}",
            "issued_on": today,
            "due_on": today,
            "status": "DUE",
            "document_url": f"https://{word}.example/{key}",
            **money,
        }
        for key in customers
    ]
    return rows


def partner_rows(word: str) -> Rows:
    """What hangs on no customer."""
    return {
        "partner_admins": [
            {"email": email, "display_name": f"{word} {email[:4]}", "roles": roles, "active": True}
            for email, roles in ROLES.items()
        ],
        "tags": [
            {"name": "shared", "description": f"{word} shares it"},
            {"name": f"{word} only", "description": None},
        ],
        "resources": [
            {
                "resource_id": "R1",
                "title": f"{word} guide",
                "summary": f"{word} summary",
                "url": f"https://{word}.example/guide",
                "kind": "GUIDE",
                "language": "en",
                "quick_link": True,
                "trending": True,
                "tags": [f"{word}-tag"],
            }
        ],
        "help_desks": [{"name": "Desk", "service": "Calling", "hours": f"{word} hours"}],
    }


@dataclass
class Neighbours:
    """The service over both partners, and a connection to look behind it."""

    api: Api
    connection: asyncpg.Connection
    today: date
    folder: Path
    seals: GlobalIds
    variables: dict[str, Any] = field(default_factory=dict)
    """The IDs of Alpha's that `node` and `nodes` ask for."""
    alone: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What Alpha's partner admin was answered before there were other customers, by operation."""
    before: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """What each of Alpha's admins was answered before there was another partner, by operation."""

    async def everything(self, email: str) -> dict[str, Answer]:
        """What Alpha's admin is answered to each operation."""
        return {
            name: await self.ask(email, document(operation), self.variables)
            for name, operation in OPERATIONS.items()
        }

    async def add(self, partner: str, rows: Rows) -> None:
        folder = self.folder / str(len(list(self.folder.iterdir())))
        write_rows(rows, folder)
        await run_import(self.connection, folder, partner=partner)

    async def ids(
        self, type_name: str, partner: str, customers: tuple[str, ...] = (*SEEN, *HIDDEN)
    ) -> list[str]:
        """The global IDs of a partner's rows; of those that hang on customers, of these customers."""
        if type_name in _OF_CUSTOMER:
            rows = await self.connection.fetch(
                f"SELECT r.id FROM ({_OF_CUSTOMER[type_name]}) r JOIN partners p ON p.id = r.partner_id"
                " JOIN customers c ON c.id = r.customer_id WHERE p.name = $1 AND c.external_id = ANY($2)"
                " ORDER BY r.id",
                partner,
                customers,
            )
        else:
            rows = await self.connection.fetch(
                f"SELECT r.id FROM ({_OF_PARTNER[type_name]}) r JOIN partners p ON p.id = r.partner_id"
                " WHERE p.name = $1 ORDER BY r.id",
                partner,
            )
        return [self.seals.seal(type_name, row["id"]) for row in rows]

    async def ask(
        self, email: str, query: str, variables: dict[str, Any] | None = None, partner: str = ALPHA
    ) -> Answer:
        return await self.api.ask(email, query, variables, partner=partner)

    async def change(self, partner: str, mutation: str) -> None:
        answer = await self.ask(
            FULL, f"mutation {{ {mutation} {{ userErrors {{ message }} }} }}", partner=partner
        )
        assert answer.data[mutation.partition("(")[0]] == {"userErrors": []}

    async def set_up_own_organization(self, partner: str, word: str) -> None:
        """As if the partner had got it long ago, under a key of this test's choice."""
        await self.connection.execute(
            "WITH own AS (INSERT INTO customers (partner_id, external_id, name, search_text, managed_by, country,"
            " created_on, suspended, is_own_organization)"
            " SELECT id, $2, $3, lower($3), 'PARTNER_ORGANIZATION', 'DE', $4, false, true FROM partners"
            " WHERE name = $1 RETURNING partner_id, id)"
            " INSERT INTO own_organizations (partner_id, state, customer_id) SELECT partner_id, 'READY', id FROM own",
            partner,
            OWN,
            f"{word} {OWN}",
            self.today,
        )

    async def add_to_own_organization(self, partner: str, word: str) -> None:
        rows = customer_rows(word, (OWN,), self.today)
        await self.add(partner, {table: found for table, found in rows.items() if table != "customers"})


async def fill(neighbours: Neighbours) -> None:
    """Alpha's visible customers, then its hidden ones, then Omega: and what Alpha's admins see in between."""
    today = neighbours.today
    await neighbours.add(ALPHA, partner_rows("Alpha"))
    await neighbours.add(ALPHA, customer_rows("Alpha", SEEN, today))
    await neighbours.add(ALPHA, {"admin_assignments": [{"email": ADMIN, "customer_id": key} for key in SEEN]})
    await neighbours.set_up_own_organization(ALPHA, "Hidden")
    nodes = [
        (await neighbours.ids(type_name, ALPHA, SEEN))[0] for type_name in TYPES if type_name != "AuditEvent"
    ]
    neighbours.variables = {"id": nodes[0], "ids": nodes}
    neighbours.alone = {name: found.body for name, found in (await neighbours.everything(ADMIN)).items()}

    await neighbours.add(ALPHA, customer_rows("Hidden", HIDDEN, today))
    await neighbours.add(
        ALPHA, {"admin_assignments": [{"email": FULL, "customer_id": key} for key in HIDDEN]}
    )
    await neighbours.add_to_own_organization(ALPHA, "Hidden")
    [customer, *_] = await neighbours.ids("Customer", ALPHA, HIDDEN)
    [tag, *_] = await neighbours.ids("Tag", ALPHA)
    await neighbours.change(ALPHA, f'addTags(input: {{customerIds: ["{customer}"], tagIds: ["{tag}"]}})')
    for email in ROLES:
        neighbours.before[email] = {
            name: found.body for name, found in (await neighbours.everything(email)).items()
        }

    await neighbours.add(OMEGA, partner_rows("Omega"))
    await neighbours.add(OMEGA, customer_rows("Omega", (*SEEN, *HIDDEN), today))
    await neighbours.add(
        OMEGA, {"admin_assignments": [{"email": ADMIN, "customer_id": key} for key in (*SEEN, *HIDDEN)]}
    )
    await neighbours.set_up_own_organization(OMEGA, "Omega")
    await neighbours.add_to_own_organization(OMEGA, "Omega")
    await neighbours.change(OMEGA, 'createTag(input: {name: "Omega made"})')
