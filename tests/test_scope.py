"""What a viewer may not see does not exist: each role over every root field and relation."""

import re
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from schema import build_schema as product_schema
from tests.everything import OPERATIONS, document, relations, selected
from tests.neighbours import (
    ADMIN,
    ALPHA,
    BILLS,
    BOTH,
    DESK,
    FULL,
    HIDDEN,
    OMEGA,
    READ,
    ROLES,
    SEEN,
    TYPES,
    Neighbours,
)

pytest_plugins = ["tests.neighbours_fixture"]

EACH_ROLE = pytest.mark.parametrize("email", ROLES)
EACH_OPERATION = pytest.mark.parametrize("operation", OPERATIONS)
# What a viewer's figures say of customers beyond the scope, by definition: peers, and when usage came in.
OF_EVERYBODY = {"lowAssignment", "lowLicenseAssignment", "peerMedianAssignmentRate", "processedAt"}
REFUSED = {
    DESK: {"subscriptions, billed", "analytics", "calling", "customers, calling", "auditEvents"},
    ADMIN: {"auditEvents"},
    BOTH: {"auditEvents"},
    FULL: set(),
    READ: set(),
}


def without(names: set[str], value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without(names, found) for name, found in value.items() if name not in names}
    return [without(names, found) for found in value] if isinstance(value, list) else value


def test_every_root_field_and_relation_is_tried() -> None:
    schema = build_schema(product_schema().as_str())

    for operation in OPERATIONS.values():
        assert validate(schema, parse(document(operation))) == []
    missing = sorted(set(relations(schema)) - selected(schema))
    assert missing == [], "select these in tests/everything.py, so that their scope is tested"


@EACH_OPERATION
@EACH_ROLE
async def test_nothing_of_another_partner_or_out_of_scope_is_told(
    neighbours: Neighbours, email: str, operation: str
) -> None:
    answer = await neighbours.ask(email, document(OPERATIONS[operation]), neighbours.variables)

    text = str(answer.body)
    assert not re.search("omega", text, re.I)
    assert (operation in REFUSED[email]) == ("FORBIDDEN" in answer.codes)
    assert set(answer.codes) <= {"FORBIDDEN"}
    if operation not in REFUSED[email]:
        assert "Alpha" in text
    if email == ADMIN:
        assert not re.search("hidden", text, re.I)


@EACH_OPERATION
@EACH_ROLE
async def test_another_partners_rows_change_no_answer(
    neighbours: Neighbours, email: str, operation: str
) -> None:
    answer = await neighbours.ask(email, document(OPERATIONS[operation]), neighbours.variables)

    assert answer.body == neighbours.before[email][operation]


@EACH_OPERATION
async def test_customers_out_of_scope_change_no_answer(neighbours: Neighbours, operation: str) -> None:
    answer = await neighbours.ask(ADMIN, document(OPERATIONS[operation]), neighbours.variables)

    assert without(OF_EVERYBODY, answer.body) == without(OF_EVERYBODY, neighbours.alone[operation])


@EACH_ROLE
async def test_ids_of_another_partner_are_those_of_nothing(neighbours: Neighbours, email: str) -> None:
    for type_name in TYPES:
        ids = await neighbours.ids(type_name, OMEGA)
        assert ids, type_name
        answer = await neighbours.ask(email, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})
        assert answer.data["nodes"] == [None] * len(ids), type_name
        answer = await neighbours.ask(email, "query($id: ID!) { node(id: $id) { id } }", {"id": ids[0]})
        assert answer.data == {"node": None}, type_name


@EACH_ROLE
async def test_ids_of_ones_own_are_found_as_far_as_the_role_goes(neighbours: Neighbours, email: str) -> None:
    for type_name in TYPES:
        ids = await neighbours.ids(type_name, ALPHA)
        seen = set(await neighbours.ids(type_name, ALPHA, SEEN))
        if email != ADMIN:
            seen = set(ids)
        if (type_name in BILLS and email == DESK) or (
            type_name == "AuditEvent" and email not in (FULL, READ)
        ):
            seen = set()
        answer = await neighbours.ask(
            email, "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", {"ids": ids}
        )
        expected = [{"__typename": type_name, "id": id_} if id_ in seen else None for id_ in ids]
        assert answer.data["nodes"] == expected, type_name


@EACH_ROLE
async def test_a_customer_by_its_ids(neighbours: Neighbours, email: str) -> None:
    query = "query($id: ID, $key: String) { customer(id: $id, customerId: $key) { name } }"
    for id_ in await neighbours.ids("Customer", OMEGA):
        assert (await neighbours.ask(email, query, {"id": id_})).data == {"customer": None}
    for id_, key in zip(await neighbours.ids("Customer", ALPHA, HIDDEN), HIDDEN, strict=True):
        expected = {"customer": None if email == ADMIN else {"name": f"Hidden {key}"}}
        assert (await neighbours.ask(email, query, {"id": id_})).data == expected
        assert (await neighbours.ask(email, query, {"key": key})).data == expected
    assert (await neighbours.ask(email, query, {"key": "C1"})).data == {"customer": {"name": "Alpha C1"}}


@EACH_ROLE
async def test_filters_and_searches_find_nothing_beyond(neighbours: Neighbours, email: str) -> None:
    admins = await neighbours.ids("PartnerAdmin", OMEGA)
    asked = {
        "customers(filter: {partnerAdminIds: $ids})": "name",
        'customers(filter: {tags: ["omega only"]})': "name",
        'customers(filter: {search: "omega"})': "name",
        'subscriptions(filter: {search: "omega"})': "subscriptionId",
        'partnerAdmins(filter: {search: "omega"})': "email",
        'tags(search: "omega")': "name",
        'resources(search: "omega")': "title",
    }
    if email == ADMIN:
        asked |= {
            'customers(filter: {search: "hidden"})': "name",
            'subscriptions(filter: {search: "hidden"})': "subscriptionId",
        }
    if email in (FULL, READ):
        asked["auditEvents(filter: {actorIds: $ids})"] = "action"
    for field, leaf in asked.items():
        variables, declared = ({"ids": admins}, "($ids: [ID!]!)") if "$ids" in field else (None, "")
        select = f"totalCount nodes {{ {leaf} }} pageInfo {{ hasNextPage endCursor }}"
        answer = await neighbours.ask(
            email, f"query{declared} {{ found: {field} {{ {select} }} }}", variables
        )
        assert answer.data["found"] == {
            "totalCount": 0,
            "nodes": [],
            "pageInfo": {"hasNextPage": False, "endCursor": None},
        }, field


@EACH_ROLE
async def test_cursors_of_another_partner_open_no_other_list(neighbours: Neighbours, email: str) -> None:
    for name in ("customers", "subscriptions", "trials", "partnerAdmins", "tags", "resources"):
        cursors = f"{{ {name} {{ edges {{ cursor }} }} }}"
        foreign = (await neighbours.ask(FULL, cursors, partner=OMEGA)).data[name]["edges"]
        own = f"{{ {name} {{ nodes {{ id }} totalCount }} }}"
        everything = (await neighbours.ask(email, own)).data[name]
        for edge in foreign:
            for arguments in (f'after: "{edge["cursor"]}"', f'last: 50, before: "{edge["cursor"]}"'):
                query = f"{{ {name}({arguments}) {{ nodes {{ id }} totalCount }} }}"
                found = (await neighbours.ask(email, query)).data[name]
                assert found["totalCount"] == everything["totalCount"]
                assert {node["id"] for node in found["nodes"]} <= {node["id"] for node in everything["nodes"]}


async def test_the_help_desk_is_told_what_it_may_not_see_and_the_rest(neighbours: Neighbours) -> None:
    query = """{
        customers(filter: {search: "C1"}) { nodes { name primaryStatus licenses { total }
            subscriptions { nodes { subscriptionId orders { totalCount } invoices { nodes { number } } } }
        } }
        analytics { overview { totalCustomers } }
        auditEvents { totalCount }
    }"""

    answer = await neighbours.ask(DESK, query)

    assert answer.status == 200
    assert answer.body["data"] == {
        "customers": {
            "nodes": [
                {
                    "name": "Alpha C1",
                    "primaryStatus": "LICENSE_OVERAGE",
                    "licenses": {"total": 100},
                    "subscriptions": {
                        "nodes": [{"subscriptionId": "S-C1", "orders": None, "invoices": None}]
                    },
                }
            ]
        },
        "analytics": None,
        "auditEvents": None,
    }
    place = ["customers", "nodes", 0, "subscriptions", "nodes", 0]
    paths = [[*place, "orders"], [*place, "invoices"], ["analytics"], ["auditEvents"]]
    assert sorted(map(str, paths)) == sorted(str(error["path"]) for error in answer.errors)
    assert set(answer.codes) == {"FORBIDDEN"}
    text = str(answer.errors)
    assert "Alpha" not in text and "EUR" not in text
