"""Customers over HTTP: their fields, who sees them, filters, searches and orders, against the oracle."""

import random
from itertools import combinations
from typing import Any

import pytest

from tests import oracle
from tests.lists import CUSTOMERS, nodes, page, walk, whole
from tests.oracle import policy
from tests.row_values import ADMINS, COUNTRIES, TAGS
from tests.world import ASSIGNED, FULL, World

pytest_plugins = ["tests.world_fixture"]

FIELDS = (
    "customerId name managedBy country industry createdOn statuses primaryStatus products"
    " nextExpirationOn nextRenewalOn"
)
ORDERS = ["NAME", "CREATED_ON", "NEXT_EXPIRATION", "NEXT_RENEWAL", "LAST_ADMIN_SIGN_IN", "URGENCY"]

# Every value that a filter can take, one by one; then some at once, and none.
VALUES: dict[str, list[Any]] = {
    "managedBy": [["EXTERNAL_ADMIN"], ["PARTNER_ORGANIZATION"], ["PARTNER_ORGANIZATION", "EXTERNAL_ADMIN"]],
    "products": [*([name] for name in policy.PRODUCTS), ["EVENTS", "CALLING"], []],
    "statuses": [*([name] for name in policy.STATUSES), ["TRIAL", "SUSPENDED"], []],
    "subscriptionTypes": [["SUBSCRIPTION"], ["TRIAL"], ["TRIAL", "SUBSCRIPTION"], []],
    "tags": [
        *([name] for name in TAGS),
        ["VIP"],
        ["ärger", "KEY ACCOUNT"],
        ["τελοσ"],
        ["STRASSE", "τελος"],
        ["no such tag"],
        [],
    ],
    "partnerAdmins": [
        ["admin@partner.example"],
        ["admin.second@partner.example", "admin-desk@partner.example"],
        ["admin.unassigned@partner.example"],
        ["full@partner.example"],
        [],
    ],
    "countries": [*([code] for code in COUNTRIES), ["US", "TR"], ["AQ"], []],
    "search": [
        "acme",
        "NORD  acme",
        "bank nord",
        "c-0",
        "C_ 00",
        "c%",
        "%",
        "_",
        "\\",
        "100%",
        "'",
        '"quoted"',
        "ZÜRICH süd",
        "ä",
        "ŁÓDŹ",
        "groß",
        "GROẞ",
        "gross",
        "ΟΔΟΣ",
        "οδος",
        "Σ",
        "ς",
        "Σ-N",
        "İZMIR",
        "izmir",
        "日本",
        "comma,",
        "acme\tnord",
        "nothing of that name",
        " ",
        "",
    ],
}
VALUE_CASES = [(name, value) for name, values in VALUES.items() for value in values]


@pytest.fixture(scope="module")
async def admin_ids(world: World) -> dict[str, str]:
    query = "{ partnerAdmins(first: 100) { nodes { email id } } }"
    found = (await world.api.ask(FULL, query)).data["partnerAdmins"]["nodes"]
    return {node["email"]: node["id"] for node in found}


def as_input(filter: dict[str, Any], admin_ids: dict[str, str]) -> dict[str, Any]:
    """The oracle's filter as the API takes it."""
    given = {name: value for name, value in filter.items() if name != "partnerAdmins"}
    if "partnerAdmins" in filter:
        given["partnerAdminIds"] = [admin_ids[email] for email in filter["partnerAdmins"]]
    return given


def expected(world: World, email: str, filter: dict[str, Any], field: str = "NAME", way: str = "ASC") -> Any:
    ids = oracle.filter_customers(world.book, world.visible(email), filter, world.today)
    return oracle.order_customers(world.book, ids, field, way, on=world.today)


async def test_every_field_of_every_customer(world: World) -> None:
    found = await nodes(world.api, FULL, CUSTOMERS, FIELDS)

    assert [node["customerId"] for node in found] == expected(world, FULL, {})
    for node in found:
        fields = oracle.customer_fields(world.book, node["customerId"], world.today)
        assert node == {name: fields[name] for name in FIELDS.split()}
    assert {status for node in found for status in node["statuses"]} == set(policy.STATUSES)
    assert {node["primaryStatus"] for node in found} == set(policy.STATUSES)


async def test_sign_ins_and_addresses(world: World) -> None:
    select = "nodes { customerId lastAdminSignInAt launchUrl }"
    found = await page(world.api, FULL, CUSTOMERS, select, filter={"search": "C% %"}, first=100)

    assert len(found["nodes"]) == 100
    for node in found["nodes"]:
        signed_in = world.book.customers[node["customerId"]]["last_admin_sign_in_at"]
        assert node["lastAdminSignInAt"] == (signed_in and signed_in.isoformat())
        assert node["launchUrl"].endswith("/customers/" + node["customerId"].replace("%", "%25"))


@pytest.mark.parametrize("email", [email for email, (roles, active) in ADMINS.items() if roles and active])
async def test_each_combination_of_roles_sees_its_customers(world: World, email: str) -> None:
    assert await whole(world.api, email, CUSTOMERS) == expected(world, email, {})


@pytest.mark.parametrize(
    "email",
    [email for email, (roles, active) in ADMINS.items() if not (roles and active)] + ["no@one.example"],
)
async def test_who_is_inactive_unknown_or_without_a_role_is_refused(world: World, email: str) -> None:
    answer = await world.api.ask(email, "{ customers { totalCount } }")

    assert answer.status == 401
    assert answer.codes == ["UNAUTHENTICATED"]
    assert answer.body.get("data") is None


@pytest.mark.parametrize("email", [FULL, ASSIGNED])
@pytest.mark.parametrize(("name", "value"), VALUE_CASES, ids=str)
async def test_each_filter_alone(
    world: World, admin_ids: dict[str, str], email: str, name: str, value: Any
) -> None:
    given = as_input({name: value}, admin_ids)

    found = await whole(world.api, email, CUSTOMERS, filter=given)

    assert found == expected(world, email, {name: value})


@pytest.mark.parametrize(
    "email", ["read@partner.example", "desk@partner.example", "admin-desk@partner.example"]
)
async def test_filters_for_the_other_roles(world: World, admin_ids: dict[str, str], email: str) -> None:
    for name, value in VALUE_CASES[::3]:
        found = await page(
            world.api,
            email,
            CUSTOMERS,
            "totalCount nodes { customerId }",
            filter=as_input({name: value}, admin_ids),
            first=20,
        )
        keys = expected(world, email, {name: value})
        assert found["totalCount"] == len(keys)
        assert [node["customerId"] for node in found["nodes"]] == keys[:20]


@pytest.mark.parametrize("names", list(combinations(VALUES, 2)), ids="+".join)
async def test_each_pair_of_filters(world: World, admin_ids: dict[str, str], names: tuple[str, str]) -> None:
    picks = random.Random("+".join(names))
    for number in range(4):
        filter = {name: picks.choice([value for value in VALUES[name] if value]) for name in names}
        email = [FULL, ASSIGNED][number % 2]
        field, way = picks.choice(ORDERS), picks.choice(["ASC", "DESC"])

        found = await page(
            world.api,
            email,
            CUSTOMERS,
            "totalCount nodes { customerId }",
            filter=as_input(filter, admin_ids),
            orderBy={"field": field, "direction": way},
            first=100,
        )

        keys = expected(world, email, filter, field, way)
        assert found["totalCount"] == len(keys), (email, filter)
        assert [node["customerId"] for node in found["nodes"]] == keys[:100], (email, filter, field, way)


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ORDERS)
async def test_each_order_walked_from_both_ends(world: World, field: str, direction: str) -> None:
    order = {"field": field, "direction": direction}
    some = {"search": "nord bank"}
    few = {"search": "nord bank", "countries": ["DE"]}

    everything = expected(world, FULL, {}, field, direction)
    assert await walk(world.api, FULL, CUSTOMERS, 397, orderBy=order) == everything
    assert await walk(world.api, FULL, CUSTOMERS, 397, orderBy=order, backward=True) == everything

    assigned = expected(world, ASSIGNED, some, field, direction)
    assert len(assigned) > 50
    assert await walk(world.api, ASSIGNED, CUSTOMERS, 13, orderBy=order, filter=some) == assigned
    assert (
        await walk(world.api, ASSIGNED, CUSTOMERS, 13, orderBy=order, filter=some, backward=True) == assigned
    )

    one_by_one = expected(world, ASSIGNED, few, field, direction)
    assert await walk(world.api, ASSIGNED, CUSTOMERS, 1, orderBy=order, filter=few) == one_by_one
    assert (
        await walk(world.api, ASSIGNED, CUSTOMERS, 1, orderBy=order, filter=few, backward=True) == one_by_one
    )


async def test_an_empty_filter_and_null_narrow_nothing(world: World) -> None:
    nothing: dict[str, Any] = {
        "managedBy": None,
        "products": [],
        "tags": [],
        "partnerAdminIds": [],
        "search": None,
    }
    for filter in (None, {}, nothing):
        found = await page(world.api, FULL, CUSTOMERS, "totalCount", filter=filter)
        assert found["totalCount"] == len(world.book.customers)
