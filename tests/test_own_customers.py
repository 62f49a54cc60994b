"""Customers that are seen for another reason than an assignment: the own organization, and ones created here."""

from typing import Any

import pytest

from tests.neighbours import ADMIN, ALPHA, BOTH, DESK, FULL, HIDDEN, OWN, READ, SEEN, Neighbours

pytest_plugins = ["tests.neighbours_fixture"]

SEE_ALL = pytest.mark.parametrize("email", [FULL, READ, DESK, BOTH])


async def ask(neighbours: Neighbours, email: str, query: str, **variables: Any) -> Any:
    return (await neighbours.ask(email, query, variables)).data


@SEE_ALL
async def test_the_own_organization_is_in_no_list_and_no_count(neighbours: Neighbours, email: str) -> None:
    data = await ask(
        neighbours,
        email,
        """{
            customers { totalCount nodes { customerId } }
            managed: customers(filter: { managedBy: [PARTNER_ORGANIZATION] }) { totalCount nodes { name } }
            found: customers(filter: { search: "own" }) { totalCount nodes { name } }
            tagged: customers(filter: { tags: ["shared"] }, orderBy: { field: URGENCY }) { totalCount nodes { name } }
            subscriptions(filter: { search: "own" }) { totalCount nodes { subscriptionId } }
            trials { totalCount nodes { trialId } }
            tags { nodes { name customers { totalCount nodes { customerId } } } }
        }""",
    )

    everyone = sorted([*SEEN, *HIDDEN])
    assert sorted(node["customerId"] for node in data["customers"]["nodes"]) == everyone
    assert data["customers"]["totalCount"] == data["tagged"]["totalCount"] == len(everyone)
    assert data["managed"] == data["found"] == {"totalCount": 0, "nodes": []}
    assert data["subscriptions"] == {"totalCount": 0, "nodes": []}
    assert data["trials"]["totalCount"] == len(everyone)
    assert f"T-{OWN}" not in {node["trialId"] for node in data["trials"]["nodes"]}
    [shared] = [tag for tag in data["tags"]["nodes"] if tag["name"] == "shared"]
    assert shared["customers"]["totalCount"] == len(everyone)
    assert sorted(node["customerId"] for node in shared["customers"]["nodes"]) == everyone


@SEE_ALL
async def test_those_who_see_all_read_it_like_a_customer(neighbours: Neighbours, email: str) -> None:
    query = """{ viewer { partner { ownOrganization { state customer {
        id customerId name tags { name } licenses { total assigned overage }
        subscriptions { totalCount nodes { subscriptionId customer { name } licenses { state { total } } } }
        trials { nodes { trialId } }
    } } } } }"""
    size = len("Hidden")

    own = (await ask(neighbours, email, query))["viewer"]["partner"]["ownOrganization"]

    customer = own["customer"]
    assert own["state"] == "READY"
    assert (customer["customerId"], customer["name"]) == (OWN, f"Hidden {OWN}")
    assert customer["tags"] == [{"name": "shared"}]
    assert customer["licenses"] == {"total": 20 * size, "assigned": 22 * size, "overage": 2 * size}
    assert customer["subscriptions"] == {
        "totalCount": 1,
        "nodes": [
            {
                "subscriptionId": f"S-{OWN}",
                "customer": {"name": f"Hidden {OWN}"},
                "licenses": [{"state": {"total": 10 * size}}],
            }
        ],
    }
    assert customer["trials"] == {"nodes": [{"trialId": f"T-{OWN}"}]}
    again = await ask(neighbours, email, "query($id: ID!) { node(id: $id) { id } }", id=customer["id"])
    assert again["node"] == {"id": customer["id"]}


async def test_a_partner_admin_sees_its_state_and_no_more(neighbours: Neighbours) -> None:
    own_ids = [
        id_
        for type_name in ("Customer", "Subscription", "Trial", "License", "Order", "Invoice")
        for id_ in await neighbours.ids(type_name, ALPHA, (OWN,))
    ]
    assert len(own_ids) == 7

    data = await ask(
        neighbours,
        ADMIN,
        f"""query($ids: [ID!]!) {{
            viewer {{ partner {{ ownOrganization {{ state plan {{ product }} customer {{ name }} }} }} }}
            nodes(ids: $ids) {{ id }}
            customer(customerId: "{OWN}") {{ name }}
        }}""",
        ids=own_ids,
    )

    own = data["viewer"]["partner"]["ownOrganization"]
    assert own["state"] == "READY" and own["customer"] is None and own["plan"]
    assert data["nodes"] == [None] * len(own_ids)
    assert data["customer"] is None


async def test_not_even_one_assigned_to_it_sees_the_own_organization(neighbours: Neighbours) -> None:
    transaction = (
        "INSERT INTO admin_assignments (partner_id, admin_id, customer_id) SELECT a.partner_id, a.id, c.id"
    )
    await neighbours.connection.execute(
        f"{transaction} FROM partner_admins a JOIN partners p ON p.id = a.partner_id AND p.name = $1"
        " JOIN customers c ON c.partner_id = p.id AND c.is_own_organization WHERE a.email = $2",
        ALPHA,
        ADMIN,
    )
    try:
        query = """{
            customers { totalCount } viewer { admin { assignedCustomers { totalCount nodes { customerId } } } }
            viewer { partner { ownOrganization { customer { name } } } }
        }"""
        data = await ask(neighbours, ADMIN, query)
        everyone = await ask(
            neighbours,
            FULL,
            f"{{ partnerAdmins(filter: {{search: {ADMIN!r}}}) {{ nodes {{ {ASSIGNED} }} }} }}".replace(
                "'", '"'
            ),
        )
    finally:
        await neighbours.connection.execute(
            "DELETE FROM admin_assignments a USING customers c WHERE c.partner_id = a.partner_id"
            " AND c.id = a.customer_id AND c.is_own_organization"
        )

    assert data["customers"]["totalCount"] == len(SEEN)
    assert data["viewer"]["admin"]["assignedCustomers"]["totalCount"] == len(SEEN)
    assert data["viewer"]["partner"]["ownOrganization"]["customer"] is None
    [admin] = everyone["partnerAdmins"]["nodes"]
    assert admin["assignedCustomers"]["totalCount"] == len(SEEN)


ASSIGNED = "assignedCustomers { totalCount nodes { customerId } }"


async def test_a_customer_is_seen_by_the_partner_admin_who_created_it(neighbours: Neighbours) -> None:
    query = """{
        customers { totalCount nodes { customerId } }
        customer(customerId: "hidden-3") { name subscriptions { nodes { subscriptionId } } trials { totalCount } }
        subscriptions { nodes { subscriptionId } }
        viewer { admin { assignedCustomers { totalCount } } }
    }"""
    set_creator = (
        "UPDATE customers c SET created_by_id = a.id FROM partners p, partner_admins a WHERE p.name = $1"
        " AND c.partner_id = p.id AND a.partner_id = p.id AND a.email = $2 AND c.external_id = 'hidden-3'"
    )
    await neighbours.connection.execute(set_creator, ALPHA, ADMIN)
    try:
        data = await ask(neighbours, ADMIN, query)
    finally:
        await neighbours.connection.execute("UPDATE customers SET created_by_id = NULL")

    assert [node["customerId"] for node in data["customers"]["nodes"]] == [*SEEN, "hidden-3"]
    assert data["customers"]["totalCount"] == 3
    assert data["customer"] == {
        "name": "Hidden hidden-3",
        "subscriptions": {"nodes": [{"subscriptionId": "S-hidden-3"}]},
        "trials": {"totalCount": 1},
    }
    assert len(data["subscriptions"]["nodes"]) == 3
    assert data["viewer"]["admin"]["assignedCustomers"]["totalCount"] == 2, "created is not assigned"
    assert (await ask(neighbours, ADMIN, query))["customer"] is None
