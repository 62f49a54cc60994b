"""Objects by their global IDs: each is found again, and what is no ID of this service is named as such."""

import base64
import secrets
from typing import Any

import pytest

from resolvers.ids import GlobalIds
from resolvers.nodes import NODES
from tests.neighbours import ALPHA, FULL, TYPES, Neighbours

pytest_plugins = ["tests.neighbours_fixture"]

NODE = "query($id: ID!) { node(id: $id) { __typename id } }"
LISTED = """{
    viewer { partner { id name } }
    customers { nodes { id customerId tags { id name } partnerAdmins { id email } } }
    subscriptions { nodes { id subscriptionId endDate licenses { id product }
        orders { nodes { id orderId } } invoices { nodes { id number } } } }
    trials { nodes { id trialId endDate licenses { id product } } }
    partnerAdmins { nodes { id email } }
    tags { nodes { id name } }
    resources { nodes { id title } }
    auditEvents { nodes { id targetName } }
}"""
AGAIN = """query($ids: [ID!]!) { nodes(ids: $ids) {
    id
    ... on Partner { name }
    ... on Customer { customerId }
    ... on Subscription { subscriptionId endDate }
    ... on Trial { trialId endDate }
    ... on License { product }
    ... on Order { orderId }
    ... on Invoice { number }
    ... on PartnerAdmin { email }
    ... on Tag { name }
    ... on Resource { title }
    ... on AuditEvent { targetName }
} }"""


def objects(value: Any) -> list[dict[str, Any]]:
    """Each object with an ID in an answer, without its own lists."""
    if isinstance(value, list):
        return [found for item in value for found in objects(item)]
    if not isinstance(value, dict):
        return []
    below = [found for item in value.values() for found in objects(item)]
    own = {name: item for name, item in value.items() if not isinstance(item, dict | list)}
    return [own, *below] if "id" in own else below


async def refusal(neighbours: Neighbours, query: str, **variables: Any) -> str:
    answer = await neighbours.ask(FULL, query, variables)
    assert answer.codes == ["BAD_USER_INPUT"], answer.body
    return str(answer.errors[0]["message"])


async def test_whatever_has_an_id_is_found_again_by_it(neighbours: Neighbours) -> None:
    listed = objects((await neighbours.ask(FULL, LISTED)).data)
    ids = [found["id"] for found in listed]
    assert len(set(ids)) > 30

    again = (await neighbours.ask(FULL, AGAIN, {"ids": ids})).data["nodes"]

    assert again == listed


async def test_every_type_with_an_id_is_known_to_these_tests() -> None:
    assert set(NODES) == set(TYPES)


async def test_nodes_keep_their_order_and_repeat(neighbours: Neighbours) -> None:
    one, other = (await neighbours.ids("Customer", ALPHA))[:2]
    unknown = neighbours.seals.seal("Tag", 10**15)

    answer = await neighbours.ask(FULL, AGAIN, {"ids": [other, unknown, one, other]})

    found = [node and node["customerId"] for node in answer.data["nodes"]]
    assert found == ["C2", None, "C1", "C2"]
    assert (await neighbours.ask(FULL, AGAIN, {"ids": []})).data == {"nodes": []}


async def test_nodes_of_one_type_take_one_statement(neighbours: Neighbours) -> None:
    ids = await neighbours.ids("Customer", ALPHA)
    few = await neighbours.ask(FULL, AGAIN, {"ids": ids[:1]})
    many = await neighbours.ask(FULL, AGAIN, {"ids": ids * 100})

    assert few.statements == many.statements == 2


@pytest.mark.parametrize("type_name", TYPES)
async def test_an_id_that_nothing_has_is_null(neighbours: Neighbours, type_name: str) -> None:
    for number in (0, 10**9, 2**63 - 1):
        answer = await neighbours.ask(FULL, NODE, {"id": neighbours.seals.seal(type_name, number)})
        assert answer.data == {"node": None}


@pytest.mark.parametrize(
    "garbage",
    ["", "1", "Customer:1", "Q3VzdG9tZXI6MQ==", "é" * 22, "a" * 22, "A" * 21, "A" * 23, "_" * 5000, "\n"],
)
async def test_garbage_is_named(neighbours: Neighbours, garbage: str) -> None:
    own = (await neighbours.ids("Customer", ALPHA))[0]
    assert (await refusal(neighbours, NODE, id=garbage)).startswith("id: ")
    assert (await refusal(neighbours, AGAIN, ids=[own, garbage])).startswith("ids[1]: ")
    assert (await refusal(neighbours, "query($id: ID) { customer(id: $id) { id } }", id=garbage)).startswith(
        "id: "
    )
    query = "query($id: ID!) { customers(filter: { partnerAdminIds: [$id] }) { totalCount } }"
    assert (await refusal(neighbours, query, id=garbage)).startswith("filter.partnerAdminIds[0]: ")


async def test_an_altered_or_a_forged_id_is_garbage(neighbours: Neighbours) -> None:
    own = (await neighbours.ids("Customer", ALPHA))[0]
    forged = GlobalIds(secrets.token_bytes(16)).seal("Customer", 1)
    altered = [own[:place] + ("A" if own[place] != "A" else "B") + own[place + 1 :] for place in range(22)]
    longer = [own + "=", own + "==", own + " ", " " + own, own.lower(), own.upper()]
    for id_ in [forged, *altered, *longer]:
        if id_ != own:
            assert (await refusal(neighbours, NODE, id=id_)).startswith("id: "), id_


async def test_an_id_of_another_type_is_named_where_a_type_is_asked(neighbours: Neighbours) -> None:
    query = "query($id: ID) { customer(id: $id) { id } }"
    filter = "query($id: ID!) { customers(filter: { partnerAdminIds: [$id] }) { totalCount } }"
    for type_name in TYPES:
        id_ = neighbours.seals.seal(type_name, 1)
        if type_name != "Customer":
            message = await refusal(neighbours, query, id=id_)
            assert message == f"id: this is the ID of a {type_name}, not of a Customer."
        if type_name != "PartnerAdmin":
            assert (await refusal(neighbours, filter, id=id_)).startswith("filter.partnerAdminIds[0]: ")


async def test_a_customer_wants_one_of_its_two_ids(neighbours: Neighbours) -> None:
    own = (await neighbours.ids("Customer", ALPHA))[0]
    query = "query($id: ID, $key: String) { customer(id: $id, customerId: $key) { customerId } }"
    assert (await refusal(neighbours, query)).startswith("id, customerId: ")
    assert (await refusal(neighbours, query, id=own, key="C1")).startswith("id, customerId: ")
    for variables in ({"id": own}, {"key": "C1"}):
        assert (await neighbours.ask(FULL, query, variables)).data == {"customer": {"customerId": "C1"}}
    for key in ("c1", "C1 ", "", "C9"):
        assert (await neighbours.ask(FULL, query, {"key": key})).data == {"customer": None}


async def test_too_many_ids_are_refused(neighbours: Neighbours) -> None:
    own = (await neighbours.ids("Customer", ALPHA))[0]
    assert len((await neighbours.ask(FULL, AGAIN, {"ids": [own] * 1000})).data["nodes"]) == 1000
    assert (await refusal(neighbours, AGAIN, ids=[own] * 1001)).startswith("ids: ")


async def test_an_id_tells_nothing(neighbours: Neighbours) -> None:
    """Neighbouring numbers and types give IDs with nothing in common."""
    ids = [neighbours.seals.seal(type_name, number) for type_name in TYPES for number in range(1, 50)]

    assert len(set(ids)) == len(ids)
    assert len({id_[:4] for id_ in ids}) > 0.95 * len(ids)
    assert all(b"Customer" not in base64.urlsafe_b64decode(id_ + "==") for id_ in ids)
