"""Partner admins and tags over HTTP: the lists, who is assigned what, and which customers wear which tag."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from tests import oracle
from tests.lists import CUSTOMERS, PARTNER_ADMINS, TAGS, nodes, page, walk, whole
from tests.oracle import policy
from tests.row_values import ADMINS, ROLES
from tests.row_values import TAGS as TAG_ROWS
from tests.world import ASSIGNED, FULL, World

pytest_plugins = ["tests.world_fixture"]

SEARCHES = [
    "full",
    "ADMIN-READ",
    "ärzte",
    "ŁÓDŹ",
    "İZMIR",
    "GROẞ",
    "ΟΔΟΣ",
    "gross",
    "zürich second",
    "%",
    "_",
    "bank @",
    "",
    " ",
]
VIEWERS = [FULL, ASSIGNED, "read@partner.example", "desk@partner.example"]


def expected_admins(world: World, **filter: Any) -> list[str]:
    def matches(row: oracle.Row) -> bool:
        to_all = bool(policy.ROLES_THAT_SEE_ALL & set(row["roles"]))
        texts = [row["display_name"].casefold(), row["email"].casefold()]
        return (
            (not filter.get("roles") or bool(set(filter["roles"]) & set(row["roles"])))
            and (filter.get("active") is None or row["active"] == filter["active"])
            and (filter.get("hasAccessToAllCustomers") is None or to_all == filter["hasAccessToAllCustomers"])
            and all(
                any(word in text for text in texts)
                for word in (filter.get("search") or "").casefold().split()
            )
        )

    rows = [row for row in world.book.rows["partner_admins"] if matches(row)]
    return [row["email"] for row in sorted(rows, key=lambda row: (row["display_name"], row["email"]))]


@pytest.mark.parametrize("email", VIEWERS)
async def test_every_admin_sees_every_admin(world: World, email: str) -> None:
    select = "email displayName roles active hasAccessToAllCustomers lastSignInAt"

    found = await nodes(world.api, email, PARTNER_ADMINS, select)

    assert [node["email"] for node in found] == expected_admins(world)
    rows = {row["email"]: row for row in world.book.rows["partner_admins"]}
    for node in found:
        row = rows[node["email"]]
        assert node == {
            "email": row["email"],
            "displayName": row["display_name"],
            "roles": row["roles"],
            "active": row["active"],
            "hasAccessToAllCustomers": bool(policy.ROLES_THAT_SEE_ALL & set(row["roles"])),
            "lastSignInAt": row["last_sign_in_at"] and row["last_sign_in_at"].isoformat(),
        }


async def test_filters_of_admins_alone_and_together(world: World) -> None:
    roles = [None, [], *([role] for role in ROLES), ["PARTNER_ADMIN", "HELP_DESK_ADMIN"]]
    flags = [None, True, False]
    filters: list[dict[str, Any]] = [
        {"roles": role, "active": active, "hasAccessToAllCustomers": to_all}
        for role, active, to_all in product(roles, flags, flags)
    ]
    filters += [{"search": search, "active": active} for search in SEARCHES for active in (None, True)]

    for filter in filters:
        assert await whole(world.api, FULL, PARTNER_ADMINS, filter=filter) == expected_admins(
            world, **filter
        ), filter


@pytest.mark.parametrize("backward", [False, True])
async def test_admins_and_tags_walked(world: World, backward: bool) -> None:
    admins = await walk(world.api, ASSIGNED, PARTNER_ADMINS, 4, backward=backward)
    tags = await walk(world.api, ASSIGNED, TAGS, 3, backward=backward)

    assert admins == expected_admins(world)
    assert tags == sorted(TAG_ROWS, key=str.casefold)


@pytest.mark.parametrize("email", VIEWERS)
async def test_assigned_customers_are_those_that_the_viewer_sees(world: World, email: str) -> None:
    select = """
        email
        all: assignedCustomers(first: 900) { totalCount nodes { customerId } }
        urgent: assignedCustomers(
            orderBy: { field: URGENCY, direction: DESC }
            filter: { statuses: [EXPIRED, TRIAL], search: "acme" }
            last: 5
        ) { totalCount nodes { customerId } }"""

    found = await nodes(world.api, email, PARTNER_ADMINS, select, size=100)

    assert len(found) == len(ADMINS)
    for node in found:
        ids = {
            id_ for id_ in world.visible(email) if node["email"] in oracle.assigned_admins(world.book, id_)
        }
        by_name = oracle.order_customers(world.book, ids, on=world.today)
        assert node["all"]["totalCount"] == len(ids)
        assert [one["customerId"] for one in node["all"]["nodes"]] == by_name[:900]
        filter = {"statuses": ["EXPIRED", "TRIAL"], "search": "acme"}
        urgent = oracle.filter_customers(world.book, ids, filter, world.today)
        keys = oracle.order_customers(world.book, urgent, "URGENCY", "DESC", on=world.today)
        assert node["urgent"]["totalCount"] == len(keys)
        assert [one["customerId"] for one in node["urgent"]["nodes"]] == keys[-5:]


@pytest.mark.parametrize("email", VIEWERS)
async def test_a_tags_customers_are_those_that_the_viewer_sees(world: World, email: str) -> None:
    select = """
        name description createdAt createdBy { email }
        customers(first: 1000) { totalCount nodes { customerId } }
        some: customers(filter: { tags: ["VIP"], managedBy: [EXTERNAL_ADMIN] }) { totalCount }"""

    found = await nodes(world.api, email, TAGS, select, size=100)

    assert [node["name"] for node in found] == sorted(TAG_ROWS, key=str.casefold)
    for node in found:
        ids = {id_ for id_ in world.visible(email) if node["name"] in oracle.tags(world.book, id_)}
        keys = oracle.order_customers(world.book, ids, on=world.today)
        assert node["description"] == TAG_ROWS[node["name"]]
        age = datetime.now(UTC) - datetime.fromisoformat(node["createdAt"])
        assert timedelta() < age < timedelta(days=1)
        assert node["createdBy"] is None
        assert node["customers"]["totalCount"] == len(ids)
        assert [one["customerId"] for one in node["customers"]["nodes"]] == keys[:1000]
        filter = {"tags": ["vip"], "managedBy": ["EXTERNAL_ADMIN"]}
        assert node["some"]["totalCount"] == len(
            oracle.filter_customers(world.book, ids, filter, world.today)
        )


async def test_tags_and_admins_of_every_customer(world: World) -> None:
    found = await nodes(world.api, FULL, CUSTOMERS, "customerId tags { name } partnerAdmins { email }")

    admins = expected_admins(world)
    for node in found:
        tags = sorted(oracle.tags(world.book, node["customerId"]), key=str.casefold)
        assigned = oracle.assigned_admins(world.book, node["customerId"])
        assert [tag["name"] for tag in node["tags"]] == tags
        assert [admin["email"] for admin in node["partnerAdmins"]] == [e for e in admins if e in assigned]


@pytest.mark.parametrize(
    "search", ["VIP", "ä", "Σ", "ΤΕΛΟς", "STRASSE", "%_", "key ACC", "nobody has", "two words", "", None]
)
async def test_a_search_of_tags(world: World, search: str | None) -> None:
    words = (search or "").casefold().split()
    expected = [
        name for name in sorted(TAG_ROWS, key=str.casefold) if all(word in name.casefold() for word in words)
    ]

    assert await whole(world.api, FULL, TAGS, search=search) == expected


async def test_the_viewer_is_who_the_token_names(world: World) -> None:
    query = """{ viewer { admin { email roles } partner { name } permissions } }"""
    allowed = {
        "full@partner.example": [
            "VIEW_ANALYTICS",
            "VIEW_BILLING",
            "EDIT_TAGS",
            "MANAGE_TRIALS",
            "MANAGE_ADMINS",
            "MANAGE_OWN_ORGANIZATION",
        ],
        "admin@partner.example": ["VIEW_ANALYTICS", "VIEW_BILLING", "EDIT_TAGS", "MANAGE_TRIALS"],
        "read@partner.example": ["VIEW_ANALYTICS", "VIEW_BILLING"],
        "desk@partner.example": [],
        "read-desk@partner.example": ["VIEW_ANALYTICS", "VIEW_BILLING"],
        "admin-desk@partner.example": ["VIEW_ANALYTICS", "VIEW_BILLING", "EDIT_TAGS", "MANAGE_TRIALS"],
    }

    for email, permissions in allowed.items():
        viewer = (await world.api.ask(email, query)).data["viewer"]
        assert viewer == {
            "admin": {"email": email, "roles": ADMINS[email][0]},
            "partner": {"name": "World"},
            "permissions": permissions,
        }


async def test_every_admin_is_a_filter_of_customers(world: World) -> None:
    for node in await nodes(world.api, FULL, PARTNER_ADMINS, "id email"):
        found = await page(world.api, FULL, CUSTOMERS, "totalCount", filter={"partnerAdminIds": [node["id"]]})
        ids = [
            id_ for id_ in world.book.customers if node["email"] in oracle.assigned_admins(world.book, id_)
        ]
        assert found["totalCount"] == len(ids)
