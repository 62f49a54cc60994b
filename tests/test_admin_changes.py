"""Changes of partner admins, over HTTP."""

import json

from tests.firm import ADMIN, BOTH, FULL, NONE, OTHER, READ, SECOND, Firm

pytest_plugins = ["tests.firm_fixture"]

ROLES = ["HELP_DESK_ADMIN", "PARTNER_ADMIN"]
ADMIN_FIELDS = "partnerAdmin { email displayName roles active hasAccessToAllCustomers }"
NEW = {
    "email": " New@Firm.example",
    "displayName": " New One ",
    "roles": ["HELP_DESK_ADMIN", "PARTNER_ADMIN"],
}


async def test_an_added_admin_may_sign_in(firm: Firm) -> None:
    added = await firm.change(FULL, "addPartnerAdmin", NEW | {"roles": ROLES * 2}, ADMIN_FIELDS)
    assert added["partnerAdmin"] == {
        "email": "New@Firm.example",
        "displayName": "New One",
        "roles": ["PARTNER_ADMIN", "HELP_DESK_ADMIN"],
        "active": True,
        "hasAccessToAllCustomers": True,
    }
    viewer = (await firm.ask("new@firm.example", "{ viewer { admin { displayName } } }"))["viewer"]
    assert viewer["admin"]["displayName"] == "New One"
    found = await firm.ask(FULL, '{ partnerAdmins(filter: {search: "new@FIRM one"}) { totalCount } }')
    assert found["partnerAdmins"]["totalCount"] == 1
    [event] = await firm.events()
    assert (event["action"], event["target_name"]) == ("addPartnerAdmin", "New@Firm.example")


async def test_what_no_admin_may_be(firm: Firm) -> None:
    await firm.connection.execute("UPDATE partner_admins SET active = false WHERE email = $1", BOTH)
    before = await firm.tables()
    for input, error in (
        ({"email": READ.upper()}, ("TAKEN", "input.email")),
        ({"email": BOTH}, ("TAKEN", "input.email")),
        ({"email": "nobody"}, ("INVALID", "input.email")),
        ({"email": "two words@firm.example"}, ("INVALID", "input.email")),
        ({"email": f"{'x' * 250}@firm.example"}, ("INVALID", "input.email")),
        ({"displayName": " "}, ("INVALID", "input.displayName")),
        ({"roles": []}, ("INVALID", "input.roles")),
    ):
        refused = await firm.change(FULL, "addPartnerAdmin", NEW | input, ADMIN_FIELDS)
        assert refused == {"partnerAdmin": None, "errors": [error]}, input
    assert await firm.tables() == before


async def test_whoever_adds_an_admin_that_is_there_is_told_what_helps(firm: Firm) -> None:
    await firm.connection.execute("UPDATE partner_admins SET active = false WHERE email = $1", BOTH)
    query = """mutation ($input: AddPartnerAdminInput!) {
      addPartnerAdmin(input: $input) { userErrors { message } }
    }"""
    for email, advice in ((READ, "set the roles of that one"), (BOTH, "only an import")):
        data = await firm.ask(FULL, query, {"input": NEW | {"email": email}})
        [error] = data["addPartnerAdmin"]["userErrors"]
        assert advice in error["message"]


async def test_roles_are_set_as_a_whole_and_none_is_no_access(firm: Firm) -> None:
    admin = await firm.id("PartnerAdmin", READ)
    for roles in (["PARTNER_ADMIN"], ["PARTNER_FULL_ADMIN", "PARTNER_READ_ONLY_ADMIN"], []):
        set_to = await firm.change(FULL, "setPartnerAdminRoles", {"id": admin, "roles": roles}, ADMIN_FIELDS)
        assert set_to["partnerAdmin"]["roles"] == roles
    answer = await firm.api.ask(READ, "{ viewer { permissions } }")
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    events = await firm.events()
    assert json.loads(events[0]["before"]) == {"roles": ["PARTNER_READ_ONLY_ADMIN"]}
    assert json.loads(events[2]["after"]) == {"roles": []}


async def test_the_last_full_admin_keeps_the_role(firm: Firm) -> None:
    first, second = await firm.ids("PartnerAdmin", FULL, SECOND)
    gave_up = {"id": first, "roles": ["PARTNER_READ_ONLY_ADMIN"]}
    assert (await firm.change(FULL, "setPartnerAdminRoles", gave_up))["errors"] == []
    before = await firm.tables()
    for roles in ([], ["PARTNER_ADMIN"]):
        refused = await firm.change(
            SECOND, "setPartnerAdminRoles", {"id": second, "roles": roles}, ADMIN_FIELDS
        )
        assert refused == {"partnerAdmin": None, "errors": [("CONFLICT", "input.roles")]}
    assert await firm.tables() == before
    more = {"id": second, "roles": ["PARTNER_FULL_ADMIN", "PARTNER_ADMIN"]}
    assert (await firm.change(SECOND, "setPartnerAdminRoles", more))["errors"] == []


async def test_a_full_admin_who_may_not_sign_in_does_not_count(firm: Firm) -> None:
    await firm.connection.execute("UPDATE partner_admins SET active = false WHERE email = $1", SECOND)
    first, second = await firm.ids("PartnerAdmin", FULL, SECOND)
    refused = await firm.change(FULL, "setPartnerAdminRoles", {"id": first, "roles": []})
    assert refused["errors"] == [("CONFLICT", "input.roles")]
    assert (await firm.change(FULL, "setPartnerAdminRoles", {"id": second, "roles": []}))["errors"] == []


async def test_a_change_after_giving_up_ones_rights_is_refused(firm: Firm) -> None:
    query = """mutation ($id: ID!) {
      setPartnerAdminRoles(input: {id: $id, roles: [HELP_DESK_ADMIN]}) { userErrors { code } }
      createTag(input: {name: "Late"}) { userErrors { code } }
    }"""
    data = await firm.ask(FULL, query, {"id": await firm.id("PartnerAdmin", FULL)})
    assert data["createTag"]["userErrors"] == [{"code": "NOT_ALLOWED"}]


async def test_an_assignment_shows_the_customer_and_taking_it_back_hides_it(firm: Firm) -> None:
    async def sees() -> list[str]:
        data = await firm.ask(ADMIN, "{ customers { nodes { customerId } } }")
        return [node["customerId"] for node in data["customers"]["nodes"]]

    input = {
        "adminId": await firm.id("PartnerAdmin", ADMIN),
        "customerIds": await firm.ids("Customer", "c3", "c1"),
    }
    fields = "customers { customerId partnerAdmins { email } }"
    assert await sees() == ["c1", "c2"]
    assigned = await firm.change(FULL, "assignPartnerAdmin", input, fields)
    assert [customer["customerId"] for customer in assigned["customers"]] == ["c3", "c1"]
    assert {"email": ADMIN} in assigned["customers"][0]["partnerAdmins"]
    assert await sees() == ["c1", "c2", "c3"]
    assert (await firm.change(FULL, "assignPartnerAdmin", input, fields))["errors"] == []
    unassigned = await firm.change(FULL, "unassignPartnerAdmin", input, fields)
    assert unassigned["customers"][0]["partnerAdmins"] == []
    assert await sees() == ["c2"]
    assert (await firm.change(FULL, "unassignPartnerAdmin", input, fields))["errors"] == []
    roles = await firm.ask(ADMIN, "{ viewer { admin { roles } } }")
    assert roles["viewer"]["admin"]["roles"] == ["PARTNER_ADMIN"]
    events = [
        (json.loads(e["before"])["assigned"], json.loads(e["after"])["assigned"]) for e in await firm.events()
    ]
    assert events == [
        ({"c3": False, "c1": True}, {"c3": True, "c1": True}),
        ({"c3": True, "c1": True}, {"c3": True, "c1": True}),
        ({"c3": True, "c1": True}, {"c3": False, "c1": False}),
        ({"c3": False, "c1": False}, {"c3": False, "c1": False}),
    ]


async def test_who_is_not_assigned(firm: Firm) -> None:
    customers = await firm.ids("Customer", "c4", "c5")
    before = await firm.tables()
    for email in (FULL, READ, BOTH, NONE):
        input = {"adminId": await firm.id("PartnerAdmin", email), "customerIds": customers}
        refused = await firm.change(FULL, "assignPartnerAdmin", input, "customers { id }")
        assert refused == {"customers": None, "errors": [("CONFLICT", "input.adminId")]}, email
    admin = await firm.id("PartnerAdmin", ADMIN)
    missing = {"adminId": admin, "customerIds": [*customers, await firm.id("Customer", "c4", OTHER), "?"]}
    refused = await firm.change(FULL, "assignPartnerAdmin", missing)
    assert refused["errors"] == [("INVALID", "input.customerIds.3"), ("NOT_FOUND", "input.customerIds.2")]
    assert await firm.tables() == before


async def test_an_assignment_left_from_a_former_role_can_be_taken_back(firm: Firm) -> None:
    input = {
        "adminId": await firm.id("PartnerAdmin", BOTH),
        "customerIds": await firm.ids("Customer", "c1"),
    }
    taken = await firm.change(FULL, "unassignPartnerAdmin", input, "customers { partnerAdmins { email } }")
    assert taken["customers"] == [{"partnerAdmins": [{"email": ADMIN}]}]
