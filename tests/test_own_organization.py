"""The set-up of the partner's own organization, over HTTP."""

import json
from typing import Any

from tests.firm import ADMIN, FULL, READ, SECOND, Firm

pytest_plugins = ["tests.firm_fixture"]

STATE = "ownOrganization { state termsAcceptedBy { email } customer { customerId name } }"
ACCEPT = ("acceptOwnOrganizationTerms", {"termsVersion": "2026-01"})
COMPLETE = ("completeOwnOrganizationSetup", None)


async def step(firm: Firm, step: tuple[str, dict[str, Any] | None], email: str = FULL) -> dict[str, Any]:
    return await firm.change(email, *step, STATE)


async def test_the_steps_in_their_order(firm: Firm) -> None:
    before = await firm.tables()
    assert await step(firm, COMPLETE) == {"ownOrganization": None, "errors": [("CONFLICT", "")]}
    wrong = await step(firm, (ACCEPT[0], {"termsVersion": "2025-01"}))
    assert wrong == {"ownOrganization": None, "errors": [("INVALID", "input.termsVersion")]}
    assert await firm.tables() == before

    accepted = (await step(firm, ACCEPT))["ownOrganization"]
    assert accepted == {"state": "TERMS_ACCEPTED", "termsAcceptedBy": {"email": FULL}, "customer": None}
    before = await firm.tables()
    assert (await step(firm, ACCEPT, SECOND))["errors"] == [("CONFLICT", "")]
    assert await firm.tables() == before

    ready = (await step(firm, COMPLETE, SECOND))["ownOrganization"]
    assert ready == {
        "state": "READY",
        "termsAcceptedBy": {"email": FULL},
        "customer": {"customerId": "own-organization", "name": "Firm"},
    }
    before = await firm.tables()
    for again in (ACCEPT, COMPLETE):
        assert (await step(firm, again))["errors"] == [("CONFLICT", "")]
    assert await firm.tables() == before
    assert [(event["action"], event["email"]) for event in await firm.events()] == [
        (ACCEPT[0], FULL),
        (COMPLETE[0], SECOND),
    ]
    assert json.loads((await firm.events())[1]["after"])["state"] == "READY"


async def test_when_ready_it_reads_as_a_customer_outside_the_lists(firm: Firm) -> None:
    counts = "{ customers { totalCount } analytics { overview { totalCustomers } } }"
    before = await firm.ask(READ, counts)
    await step(firm, ACCEPT)
    await step(firm, COMPLETE)
    own = await firm.id("Customer", "own-organization")
    trial = {"customerId": own, "services": [{"product": "CALLING", "quantity": 3}]}
    assert (await firm.change(FULL, "startTrial", trial))["errors"] == []
    gold = {"customerIds": [own], "tagIds": await firm.ids("Tag", "Gold")}
    assert (await firm.change(FULL, "addTags", gold))["errors"] == []
    query = """{ viewer { partner { ownOrganization { customer {
      managedBy primaryStatus products tags { name } trials { totalCount } licenses { total }
      licenseTrend(last: 1) { total } } } } } }"""
    seen = (await firm.ask(READ, query))["viewer"]["partner"]["ownOrganization"]["customer"]
    assert seen == {
        "managedBy": "PARTNER_ORGANIZATION",
        "primaryStatus": "EXPIRING_SOON",
        "products": ["CALLING"],
        "tags": [{"name": "Gold"}],
        "trials": {"totalCount": 1},
        "licenses": {"total": 3},
        "licenseTrend": [{"total": 3}],
    }
    assert await firm.ask(READ, counts) == before


async def test_it_is_not_for_partner_admins(firm: Firm) -> None:
    await step(firm, ACCEPT)
    await step(firm, COMPLETE)
    own = await firm.id("Customer", "own-organization")
    assign = {"adminId": await firm.id("PartnerAdmin", ADMIN), "customerIds": [own]}
    refused = await firm.change(FULL, "assignPartnerAdmin", assign)
    assert refused["errors"] == [("INVALID", "input.customerIds.0")]
    gold = {"customerIds": [own], "tagIds": await firm.ids("Tag", "Gold")}
    assert (await firm.change(ADMIN, "addTags", gold))["errors"] == [("NOT_FOUND", "input.customerIds.0")]


async def test_an_imported_customer_may_have_the_id(firm: Firm) -> None:
    await firm.connection.execute(
        "UPDATE customers SET external_id = 'own-organization' WHERE external_id = 'c6'"
    )
    await step(firm, ACCEPT)
    ready = (await step(firm, COMPLETE))["ownOrganization"]["customer"]
    assert ready["customerId"].startswith("own-organization-")
