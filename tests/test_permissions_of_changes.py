"""Every change × every role × whose the object is: what comes of it, and that what is refused leaves no trace."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.firm import ADMIN, BOTH, DESK, FULL, NEIGHBOUR, NONE, OTHER, READ, SECOND, Firm

pytest_plugins = ["tests.firm_fixture"]

Input = dict[str, Any]
Build = Callable[[Firm, str], Awaitable[Input | None]]

OWN, UNCOVERED, FOREIGN, UNKNOWN = "own", "out of scope", "another partner's", "unknown"
"""Customer c1, which ADMIN and BOTH manage; c3, which they don't; the neighbour's; and none at all."""
WHOSE = {OWN: "1", UNCOVERED: "3", FOREIGN: "1", UNKNOWN: ""}


async def pick(firm: Firm, type_name: str, whose: str, name: str) -> str:
    """The ID of an object; of the kinds that are no customer's, the same one stands for c1's and c3's."""
    if whose == UNKNOWN:
        return firm.seals.seal(type_name, 999_999_999)
    return await firm.id(type_name, name.format(WHOSE[whose]), OTHER if whose == FOREIGN else "Firm")


async def tag(firm: Firm, whose: str) -> Input:
    return {"id": await pick(firm, "Tag", whose, "Gold")}


async def update_tag(firm: Firm, whose: str) -> Input:
    return await tag(firm, whose) | {"name": "New name"}


async def create_tag(firm: Firm, whose: str) -> Input:
    return {"name": "New"}


async def tag_customers(firm: Firm, whose: str) -> Input:
    customer = await pick(firm, "Customer", whose, "c{}")
    return {"customerIds": [customer], "tagIds": await firm.ids("Tag", "Unused")}


async def untag_customers(firm: Firm, whose: str) -> Input:
    return await tag_customers(firm, whose) | {"tagIds": await firm.ids("Tag", "Gold")}


async def customer_tags(firm: Firm, whose: str) -> Input:
    customer = await pick(firm, "Customer", OWN, "c{}")
    return {"customerIds": [customer], "tagIds": [await pick(firm, "Tag", whose, "Unused")]}


async def start_trial(firm: Firm, whose: str) -> Input:
    customer = await pick(firm, "Customer", whose, "c{}")
    return {"customerId": customer, "services": [{"product": "EVENTS", "quantity": 1}]}


async def start_first_trial(firm: Firm, whose: str) -> Input:
    new = {"name": "New", "adminEmail": "a@new.example", "country": "DE"}
    return {"newCustomer": new, "services": [{"product": "EVENTS", "quantity": 1}]}


async def trial(firm: Firm, whose: str) -> Input:
    return {"id": await pick(firm, "Trial", whose, "T-c{}")}


async def extend_trial(firm: Firm, whose: str) -> Input:
    return await trial(firm, whose) | {"days": 10}


async def convert_trial(firm: Firm, whose: str) -> Input:
    return await trial(firm, whose) | {"subscriptionId": f"S-c{WHOSE[whose]}"}


async def add_admin(firm: Firm, whose: str) -> Input:
    return {"email": "new@firm.example", "displayName": "New", "roles": ["PARTNER_ADMIN"]}


async def set_roles(firm: Firm, whose: str) -> Input:
    name = NEIGHBOUR if whose == FOREIGN else SECOND
    return {"id": await pick(firm, "PartnerAdmin", whose, name), "roles": ["HELP_DESK_ADMIN"]}


async def assign(firm: Firm, whose: str) -> Input:
    customer = await pick(firm, "Customer", whose, "c{}")
    return {"adminId": await firm.id("PartnerAdmin", ADMIN), "customerIds": [customer]}


async def assign_whom(firm: Firm, whose: str) -> Input:
    admin = await pick(firm, "PartnerAdmin", whose, NEIGHBOUR if whose == FOREIGN else ADMIN)
    return {"adminId": admin, "customerIds": await firm.ids("Customer", "c1")}


async def accept_terms(firm: Firm, whose: str) -> Input:
    return {"termsVersion": "2026-01"}


async def complete_setup(firm: Firm, whose: str) -> None:
    return None


CHANGES: list[tuple[str, Build, str]] = [
    ("createTag", create_tag, "partner"),
    ("updateTag", update_tag, "partner"),
    ("deleteTag", tag, "partner"),
    ("addTags", tag_customers, "customer"),
    ("addTags", customer_tags, "partner"),
    ("removeTags", untag_customers, "customer"),
    ("removeTags", customer_tags, "partner"),
    ("startTrial", start_trial, "customer"),
    ("startTrial", start_first_trial, "partner"),
    ("extendTrial", extend_trial, "customer"),
    ("cancelTrial", trial, "customer"),
    ("convertTrial", convert_trial, "customer"),
    ("addPartnerAdmin", add_admin, "full admin's"),
    ("setPartnerAdminRoles", set_roles, "full admin's"),
    ("assignPartnerAdmin", assign, "full admin's"),
    ("assignPartnerAdmin", assign_whom, "full admin's"),
    ("unassignPartnerAdmin", assign, "full admin's"),
    ("unassignPartnerAdmin", assign_whom, "full admin's"),
    ("acceptOwnOrganizationTerms", accept_terms, "full admin's"),
    ("completeOwnOrganizationSetup", complete_setup, "full admin's"),
]
"""What each is on: a customer's things, the partner's, or what only full admins change."""
NAMES_NOTHING = {create_tag, start_first_trial, add_admin, accept_terms, complete_setup}
ON_CUSTOMERS = {build for _, build, kind in CHANGES if kind == "customer"} | {assign}

DONE, MISSING, REFUSED = "done", "NOT_FOUND", "NOT_ALLOWED"
# For each admin what comes of own, out of scope, another partner's, unknown.
OUTCOMES: dict[str, dict[str, tuple[str, str, str, str]]] = {
    "customer": {
        FULL: (DONE, DONE, MISSING, MISSING),
        ADMIN: (DONE, MISSING, MISSING, MISSING),
        BOTH: (DONE, REFUSED, MISSING, MISSING),
        READ: (REFUSED, REFUSED, REFUSED, REFUSED),
        DESK: (REFUSED, REFUSED, REFUSED, REFUSED),
    },
    "partner": {
        FULL: (DONE, DONE, MISSING, MISSING),
        ADMIN: (DONE, DONE, MISSING, MISSING),
        BOTH: (DONE, DONE, MISSING, MISSING),
        READ: (REFUSED, REFUSED, REFUSED, REFUSED),
        DESK: (REFUSED, REFUSED, REFUSED, REFUSED),
    },
    "full admin's": {
        FULL: (DONE, DONE, MISSING, MISSING),
        ADMIN: (REFUSED, REFUSED, REFUSED, REFUSED),
        BOTH: (REFUSED, REFUSED, REFUSED, REFUSED),
        READ: (REFUSED, REFUSED, REFUSED, REFUSED),
        DESK: (REFUSED, REFUSED, REFUSED, REFUSED),
    },
}


def _name(value: object) -> str | None:
    return getattr(value, "__name__", None)


async def prepare(firm: Firm, mutation: str) -> None:
    if mutation == "completeOwnOrganizationSetup":
        await firm.change(FULL, "acceptOwnOrganizationTerms", {"termsVersion": "2026-01"})


@pytest.mark.parametrize(("mutation", "build", "kind"), CHANGES, ids=_name)
async def test_what_is_refused_leaves_no_trace(firm: Firm, mutation: str, build: Build, kind: str) -> None:
    await prepare(firm, mutation)
    before = await firm.tables()
    for email, outcomes in OUTCOMES[kind].items():
        for whose, outcome in zip(WHOSE, outcomes, strict=True):
            if outcome == DONE or (build in NAMES_NOTHING and whose != OWN):
                continue
            payload = await firm.change(email, mutation, await build(firm, whose), idempotency_key="k")
            assert [code for code, _ in payload["errors"]] == [outcome], (email, whose)
            assert await firm.tables() == before, (email, whose)


ACCEPTED = [
    (mutation, build, email, whose)
    for mutation, build, kind in CHANGES
    for email, outcomes in OUTCOMES[kind].items()
    for whose, outcome in zip(WHOSE, outcomes, strict=True)
    if outcome == DONE and (whose == OWN or build in ON_CUSTOMERS)
]


@pytest.mark.parametrize(("mutation", "build", "email", "whose"), ACCEPTED, ids=_name)
async def test_what_is_accepted_is_done_once_for_this_partner_alone(
    firm: Firm, mutation: str, build: Build, email: str, whose: str
) -> None:
    await prepare(firm, mutation)
    events, neighbour = await firm.events(), await firm.tables(OTHER)
    payload = await firm.change(email, mutation, await build(firm, whose))
    assert payload["errors"] == []
    [event] = (await firm.events())[len(events) :]
    assert (event["action"], event["email"]) == (mutation, email)
    assert await firm.tables(OTHER) == neighbour


async def test_who_has_no_access_does_not_get_that_far(firm: Firm) -> None:
    before = await firm.tables()
    for email in (NONE, "nobody@firm.example"):
        answer = await firm.api.ask(
            email, 'mutation { createTag(input: {name: "x"}) { userErrors { code } } }'
        )
        assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    assert await firm.tables() == before
