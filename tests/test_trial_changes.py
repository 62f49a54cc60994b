"""Changes of trials, over HTTP."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.firm import ADMIN, BOTH, FULL, OTHER, READ, Firm, firm_on

pytest_plugins = ["tests.firm_fixture"]

TRIAL = """trial {
  id trialId status startDate endDate daysUntilExpiration startedBy { email }
  customer { customerId name }
  licenses { product state { total assigned } }
}"""


def services(*products: str, quantity: int = 5) -> list[dict[str, Any]]:
    return [{"product": product, "quantity": quantity} for product in products]


def days_from(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()


async def start(
    firm: Firm, email: str, customer: str = "c1", fields: str = TRIAL, **input: Any
) -> dict[str, Any]:
    input = {"customerId": await firm.id("Customer", customer), "services": services("MEETINGS")} | input
    return await firm.change(email, "startTrial", input, fields)


async def test_a_trial_of_an_existing_customer(firm: Firm) -> None:
    started = (await start(firm, ADMIN, services=services("MEETINGS", "CALLING")))["trial"]
    assert started["trialId"].startswith("trial-")
    assert (started["status"], started["startDate"]) == ("ACTIVE", firm.today.isoformat())
    assert (started["endDate"], started["daysUntilExpiration"]) == (days_from(firm.today, 30), 30)
    assert started["startedBy"] == {"email": ADMIN}
    assert started["customer"]["customerId"] == "c1"
    assert sorted(line["product"] for line in started["licenses"]) == ["CALLING", "MEETINGS"]
    assert all(line["state"] == {"total": 5, "assigned": 0} for line in started["licenses"])
    query = '{ customer(customerId: "c1") { statuses products licenses(product: MEETINGS) { total } } }'
    customer = (await firm.ask(READ, query))["customer"]
    assert "TRIAL" in customer["statuses"] and "EXPIRING_SOON" in customer["statuses"]
    assert customer["licenses"] == {"total": 5}
    assert customer["products"] == ["MEETINGS", "CALLING", "MESSAGING"]
    [event] = await firm.events()
    assert (event["action"], event["target_type"]) == ("startTrial", "Trial")
    assert json.loads(event["after"]) == {
        "customerId": "c1",
        "newCustomer": None,
        "services": {"MEETINGS": 5, "CALLING": 5},
        "status": "ACTIVE",
        "endDate": days_from(firm.today, 30),
    }


async def test_a_new_customer_starts_with_a_trial_and_its_creator_sees_it(firm: Firm) -> None:
    new = {"name": " Newcomer ", "adminEmail": "boss@new.example", "country": "at", "industry": "Retail"}
    started = await firm.change(
        ADMIN, "startTrial", {"newCustomer": new, "services": services("CALLING"), "days": 90}, TRIAL
    )
    trial = started["trial"]
    assert trial["endDate"] == days_from(firm.today, 90)
    query = """query ($id: String) { customer(customerId: $id) {
      name country industry managedBy createdOn primaryStatus partnerAdmins { email } } }"""
    for email in (ADMIN, FULL):
        seen = await firm.ask(email, query, {"id": trial["customer"]["customerId"]})
        assert seen["customer"] == {
            "name": "Newcomer",
            "country": "AT",
            "industry": "Retail",
            "managedBy": "EXTERNAL_ADMIN",
            "createdOn": firm.today.isoformat(),
            "primaryStatus": "NO_RECENT_ACTIVITY",
            "partnerAdmins": [],
        }
    found = await firm.ask(ADMIN, '{ customers(filter: {search: "newCOMER"}) { totalCount } }')
    assert found["customers"]["totalCount"] == 1
    [event] = await firm.events()
    assert json.loads(event["after"])["newCustomer"]["adminEmail"] == "boss@new.example"
    assert [target.partition(":")[0] for target in event["targets"]] == ["Trial", "Customer"]


NEW = {"name": "New", "adminEmail": "a@new.example", "country": "DE"}
REFUSED: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"services": []}, [("INVALID", "input.services")]),
    ({"services": services("MEETINGS", quantity=0)}, [("INVALID", "input.services.0.quantity")]),
    ({"services": services("MEETINGS", quantity=1001)}, [("LIMIT_REACHED", "input.services.0.quantity")]),
    (
        {"services": services("MEETINGS", "CALLING", "MEETINGS")},
        [("INVALID", "input.services.0.product"), ("INVALID", "input.services.2.product")],
    ),
    ({"days": 0}, [("INVALID", "input.days")]),
    ({"days": -5, "services": []}, [("INVALID", "input.days"), ("INVALID", "input.services")]),
    ({"days": 91}, [("LIMIT_REACHED", "input.days")]),
    ({"services": services("CALLING", "MESSAGING")}, [("CONFLICT", "input.services.1.product")]),
    ({"customerId": None}, [("INVALID", "input.customerId")]),
    ({"newCustomer": NEW}, [("INVALID", "input.customerId")]),
    *(
        (
            {"customerId": None, "newCustomer": NEW | {field: value}},
            [("INVALID", f"input.newCustomer.{field}")],
        )
        for field, value in {
            "name": "  ",
            "adminEmail": "nobody",
            "country": "XX",
            "industry": "x" * 301,
        }.items()
    ),
    ({"customerId": None, "newCustomer": NEW | {"name": "x" * 301}}, [("INVALID", "input.newCustomer.name")]),
]


async def test_what_no_trial_may_be(firm: Firm) -> None:
    before = await firm.tables()
    for input, errors in REFUSED:
        assert await start(firm, FULL, **input) == {"trial": None, "errors": errors}, input
    assert await firm.tables() == before


async def test_a_product_is_tried_once_at_a_time(firm: Firm) -> None:
    first = (await start(firm, FULL))["trial"]
    assert (await start(firm, FULL))["errors"] == [("CONFLICT", "input.services.0.product")]
    assert (await start(firm, FULL, "c2"))["errors"] == []
    await firm.change(FULL, "cancelTrial", {"id": first["id"]})
    assert (await start(firm, FULL))["errors"] == []


async def test_extending_sets_the_end_and_does_not_add(firm: Firm) -> None:
    trial = (await start(firm, ADMIN))["trial"]["id"]
    for days in (90, 90, 1):
        extended = await firm.change(ADMIN, "extendTrial", {"id": trial, "days": days}, "trial { endDate }")
        assert extended == {"trial": {"endDate": days_from(firm.today, days)}, "errors": []}
    before = await firm.tables()
    for days, code in {0: "INVALID", 91: "LIMIT_REACHED"}.items():
        refused = await firm.change(ADMIN, "extendTrial", {"id": trial, "days": days}, "trial { id }")
        assert refused == {"trial": None, "errors": [(code, "input.days")]}
    assert await firm.tables() == before
    lines = await firm.connection.fetch("SELECT end_date FROM license_states WHERE product = 'MEETINGS'")
    assert lines == [(firm.today + timedelta(days=1),)]


@pytest.mark.parametrize("ending", ["cancelTrial", "convertTrial"])
async def test_an_ended_trial_stays_ended(firm: Firm, ending: str) -> None:
    trial = (await start(firm, ADMIN))["trial"]["id"]
    more = {"subscriptionId": "S-c1"} if ending == "convertTrial" else {}
    ended = await firm.change(ADMIN, ending, {"id": trial, **more}, "trial { status endDate inForce }")
    status = "CANCELLED" if ending == "cancelTrial" else "CONVERTED"
    assert ended["trial"] == {"status": status, "endDate": firm.today.isoformat(), "inForce": False}
    query = '{ customer(customerId: "c1") { products } }'
    assert "MEETINGS" not in (await firm.ask(ADMIN, query))["customer"]["products"]
    before = await firm.tables()
    changes: dict[str, dict[str, Any]] = {
        "extendTrial": {"days": 5},
        "cancelTrial": {},
        "convertTrial": {"subscriptionId": "S-c1"},
    }
    for mutation, input in changes.items():
        refused = await firm.change(ADMIN, mutation, {"id": trial, **input}, "trial { id }")
        assert refused == {"trial": None, "errors": [("CONFLICT", "input.id")]}
    assert await firm.tables() == before


async def test_a_conversion_notes_a_subscription_of_the_same_customer(firm: Firm) -> None:
    trial = await firm.id("Trial", "T-c1")
    before = await firm.tables()
    for subscription in ("S-c2", "S-c3", "nothing", ""):
        refused = await firm.change(ADMIN, "convertTrial", {"id": trial, "subscriptionId": subscription})
        assert refused["errors"] == [("NOT_FOUND", "input.subscriptionId")]
    assert await firm.tables() == before
    done = await firm.change(
        ADMIN,
        "convertTrial",
        {"id": trial, "subscriptionId": "S-c1"},
        "trial { convertedTo { subscriptionId } }",
    )
    assert done["trial"] == {"convertedTo": {"subscriptionId": "S-c1"}}
    [event] = await firm.events()
    assert json.loads(event["after"])["subscriptionId"] == "S-c1"


async def test_an_expired_trial_and_one_to_come(firm: Firm) -> None:
    for trial, starts, ends in (("T-c1", -9, -1), ("T-c2", 5, 9)):
        await firm.connection.execute(
            "UPDATE trials SET start_date = $2, end_date = $3 WHERE external_id = $1",
            trial,
            firm.today + timedelta(days=starts),
            firm.today + timedelta(days=ends),
        )
    expired, coming = await firm.ids("Trial", "T-c1", "T-c2")
    over = await firm.change(FULL, "extendTrial", {"id": expired, "days": 5})
    assert over["errors"] == [("CONFLICT", "input.id")]
    assert (await start(firm, FULL, services=services("MESSAGING")))["errors"] == []
    early = await firm.change(FULL, "extendTrial", {"id": coming, "days": 4})
    assert early["errors"] == [("INVALID", "input.days")]
    cancelled = await firm.change(FULL, "cancelTrial", {"id": coming}, "trial { endDate }")
    assert cancelled["trial"] == {"endDate": days_from(firm.today, 5)}


async def test_trials_of_customers_that_the_role_does_not_cover(firm: Firm) -> None:
    seen_only, unseen = await firm.id("Trial", "T-c3"), await firm.id("Trial", "T-c1", OTHER)
    assert (await firm.change(BOTH, "cancelTrial", {"id": seen_only}))["errors"] == [
        ("NOT_ALLOWED", "input.id")
    ]
    for id in (seen_only, unseen):
        assert (await firm.change(ADMIN, "cancelTrial", {"id": id}))["errors"] == [("NOT_FOUND", "input.id")]
    assert await firm.events() == []


async def test_a_trial_is_as_long_as_the_longest_where_that_is_less_than_usual(
    firm_database: str, data_dir: Path, today: date
) -> None:
    async with firm_on(firm_database, data_dir, today, trial_maximum_days=7) as firm:
        started = await start(firm, FULL, services=services("EVENTS", quantity=2))
        assert started["trial"]["daysUntilExpiration"] == 7


async def test_the_limits_are_settings(firm_database: str, data_dir: Path, today: date) -> None:
    limits = {
        "trial_default_days": 3,
        "trial_maximum_days": 7,
        "trial_maximum_quantity": 2,
        "tags_per_customer": 1,
    }
    async with firm_on(firm_database, data_dir, today, **limits) as firm:
        few = services("EVENTS", quantity=2)
        assert (await start(firm, FULL, services=few, days=8))["errors"] == [("LIMIT_REACHED", "input.days")]
        many = await start(firm, FULL, services=services("EVENTS", quantity=3))
        assert many["errors"] == [("LIMIT_REACHED", "input.services.0.quantity")]
        started = await start(firm, FULL, services=few)
        assert started["trial"]["daysUntilExpiration"] == 3
        tag = {"customerIds": await firm.ids("Customer", "c1"), "tagIds": await firm.ids("Tag", "Unused")}
        refused = await firm.change(FULL, "addTags", tag)
        assert refused["errors"] == [("LIMIT_REACHED", "input.customerIds.0")]
