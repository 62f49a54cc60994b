"""Many clients at once that change the same few things, and what has to hold of what they leave behind."""

import asyncio
import json
import random
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import asyncpg
import httpx

from models.enums import Product

CUSTOMERS = ("c1", "c2")
FULL_ADMINS = [f"full{n}@firm.example" for n in range(4)]
TAG_COUNT = 25

ADD = "mutation ($input: TagCustomersInput!) { change: addTags(input: $input) { userErrors { code field } } }"
REMOVE = "mutation ($input: TagCustomersInput!) { change: removeTags(input: $input) { userErrors { code field } } }"
START = """mutation ($input: StartTrialInput!) {
  change: startTrial(input: $input) { trial { id } userErrors { code field } } }"""
CANCEL = "mutation ($input: CancelTrialInput!) { change: cancelTrial(input: $input) { userErrors { code field } } }"
ROLES = """mutation ($input: SetPartnerAdminRolesInput!) {
  change: setPartnerAdminRoles(input: $input) { userErrors { code field } } }"""

EXPECTED = {"LIMIT_REACHED", "CONFLICT", "NOT_ALLOWED", "BUSY"}


@dataclass
class Storm:
    """Clients on several servers at once, until the time is up."""

    addresses: list[str]
    token: Callable[[str], str]
    customers: list[str]
    tags: list[str]
    admins: dict[str, str]
    """IDs of the full admins by email."""
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    trials: list[str] = field(default_factory=list)

    async def blow(self, clients: int, seconds: float) -> None:
        ends = time.monotonic() + seconds
        async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=clients)) as http:
            await asyncio.gather(*(self._client(http, n, ends) for n in range(clients)))

    async def _client(self, http: httpx.AsyncClient, number: int, ends: float) -> None:
        chance = random.Random(number + ends)
        kinds: list[Callable[[random.Random], tuple[str, str, dict[str, Any]]]] = [
            self._tags,
            self._trial,
            self._roles,
        ]
        while time.monotonic() < ends:
            email, query, input = kinds[number % len(kinds)](chance)
            key = secrets.token_hex(8)
            tries = 2 if chance.random() < 0.2 else 1  # some clients lose the answer and ask again
            answers = [await self._ask(http, chance, email, query, input, key) for _ in range(tries)]
            self._count("accepted" if "accepted" in answers else answers[0])
            if tries == 2 and answers[0] == "accepted" and answers[1] != "accepted":
                self.faults.append(f"a repeated change came to {answers[1]}")

    async def _ask(
        self,
        http: httpx.AsyncClient,
        chance: random.Random,
        email: str,
        query: str,
        input: dict[str, Any],
        key: str,
    ) -> str:
        response = None
        while response is None:
            # A kept connection may be closed just as it is used again: then nobody knows, and the key settles it.
            with suppress(httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                response = await http.post(
                    f"{chance.choice(self.addresses)}/graphql",
                    json={"query": query, "variables": {"input": input}},
                    headers={"Authorization": f"Bearer {self.token(email)}", "Idempotency-Key": key},
                )
        body = response.json()
        if response.status_code != 200 or "errors" in body:
            return f"{response.status_code} {response.text[:300]}"
        change = body["data"]["change"]
        if change.get("trial"):
            self.trials.append(change["trial"]["id"])
        if not change["userErrors"]:
            return "accepted"
        error = change["userErrors"][0]
        return "BUSY" if error["code"] == "CONFLICT" and not error["field"] else error["code"]

    def _count(self, answer: str) -> None:
        if answer == "accepted":
            self.accepted += 1
        elif answer in EXPECTED:
            self.refused[answer] += 1
        else:
            self.faults.append(answer)

    def _tags(self, chance: random.Random) -> tuple[str, str, dict[str, Any]]:
        tags = chance.sample(self.tags, chance.randint(1, 4))
        customers = chance.sample(self.customers, chance.randint(1, 2))
        query = ADD if chance.random() < 0.65 else REMOVE
        return "admin@firm.example", query, {"customerIds": customers, "tagIds": tags}

    def _trial(self, chance: random.Random) -> tuple[str, str, dict[str, Any]]:
        if self.trials and chance.random() < 0.4:
            return "admin@firm.example", CANCEL, {"id": chance.choice(self.trials[-10:])}
        services = [{"product": p, "quantity": 1} for p in chance.sample(list(Product), 2)]
        return (
            "admin@firm.example",
            START,
            {"customerId": chance.choice(self.customers), "services": services},
        )

    def _roles(self, chance: random.Random) -> tuple[str, str, dict[str, Any]]:
        roles = ["PARTNER_FULL_ADMIN"] if chance.random() < 0.3 else ["HELP_DESK_ADMIN"]
        return (
            chance.choice(FULL_ADMINS),
            ROLES,
            {"id": self.admins[chance.choice(FULL_ADMINS)], "roles": roles},
        )


# ---- what has to hold afterwards -------------------------------------------------------------------

Check = Callable[[asyncpg.Connection, list[asyncpg.Record]], Awaitable[None]]


async def check_tags(connection: asyncpg.Connection, events: list[asyncpg.Record]) -> None:
    """Each change found what the one before it had left, and nobody ever wore more than twenty."""
    worn: dict[str, list[str]] = defaultdict(lambda: ["Gold"])
    for event in (e for e in events if e["action"] in ("addTags", "removeTags")):
        for customer, tags in json.loads(event["before"])["tags"].items():
            assert tags == worn[customer], event["id"]
        worn.update(json.loads(event["after"])["tags"])
        assert all(len(tags) <= 20 for tags in worn.values())
    rows = await connection.fetch(
        "SELECT c.external_id, array_agg(g.name ORDER BY g.name_key) FROM customer_tags ct"
        " JOIN customers c ON c.id = ct.customer_id JOIN tags g ON g.id = ct.tag_id"
        " JOIN partners p ON p.id = c.partner_id WHERE p.name = 'Firm' AND c.external_id = ANY($1) GROUP BY 1",
        list(CUSTOMERS),
    )
    stored = dict(map(tuple, rows))
    assert {customer: stored.get(customer, []) for customer in CUSTOMERS} == {c: worn[c] for c in CUSTOMERS}


async def check_roles(connection: asyncpg.Connection, events: list[asyncpg.Record]) -> None:
    """Each change found what the one before it had left, and there always was a full admin."""
    roles = {email: ["PARTNER_FULL_ADMIN"] for email in FULL_ADMINS}
    for event in (e for e in events if e["action"] == "setPartnerAdminRoles"):
        assert json.loads(event["before"])["roles"] == roles[event["target_name"]]
        assert roles[event["email"]] == ["PARTNER_FULL_ADMIN"], "changed by one who might not"
        roles[event["target_name"]] = json.loads(event["after"])["roles"]
        assert ["PARTNER_FULL_ADMIN"] in roles.values()
    rows = await connection.fetch(
        "SELECT email, roles FROM partner_admins WHERE email = ANY($1)", FULL_ADMINS
    )
    assert dict(map(tuple, rows)) == roles


async def check_trials(connection: asyncpg.Connection, events: list[asyncpg.Record]) -> None:
    """Nobody ever tried a product twice at once, and the license lines stand as the trials do."""
    ongoing: dict[tuple[str, str], int] = {(customer, "MESSAGING"): 0 for customer in CUSTOMERS}
    for event in events:
        if event["action"] == "startTrial":
            after = json.loads(event["after"])
            for product in after["services"]:
                assert (after["customerId"], product) not in ongoing
                ongoing[after["customerId"], product] = event["target_id"]
        elif event["action"] == "cancelTrial":
            for service in [key for key, trial in ongoing.items() if trial == event["target_id"]]:
                del ongoing[service]
    rows = await connection.fetch(
        "SELECT c.external_id, ls.product FROM license_states ls JOIN customers c ON c.id = ls.customer_id"
        " JOIN partners p ON p.id = c.partner_id WHERE p.name = 'Firm' AND c.external_id = ANY($1)"
        " AND ls.is_trial AND ls.active AND ls.end_date >= $2",
        list(CUSTOMERS),
        date.today(),
    )
    assert sorted(map(tuple, rows)) == sorted(ongoing)


CHECKS: tuple[Check, ...] = (check_tags, check_roles, check_trials)
