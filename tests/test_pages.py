"""Keyset pages: what a page tells of its list, and which arguments are refused."""

from collections import Counter
from typing import Any

import pytest

from tests.lists import (
    CUSTOMERS,
    LISTS,
    PAGE_INFO,
    SUBSCRIPTIONS,
    TRIALS,
    ListField,
    operation,
    page,
    whole,
)
from tests.world import ASSIGNED, FULL, World

pytest_plugins = ["tests.world_fixture"]

EACH_LIST = pytest.mark.parametrize("field", LISTS, ids=lambda field: field.name)
OTHER_LIST = {
    "customers": "subscriptions",
    "subscriptions": "trials",
    "trials": "partnerAdmins",
    "partnerAdmins": "tags",
    "tags": "resources",
    "resources": "customers",
}


async def cursor_of(world: World, name: str, order: str = "") -> str:
    query = f"{{ {name}(first: 1{order}) {{ pageInfo {{ endCursor }} }} }}"
    cursor: str = (await world.api.ask(FULL, query)).data[name]["pageInfo"]["endCursor"]
    return cursor


async def refusal(world: World, field: ListField, **arguments: Any) -> str:
    """The message, for a list that is refused as a whole."""
    answer = await world.api.ask(FULL, operation(field, "totalCount"), arguments)
    assert answer.codes == ["BAD_USER_INPUT"], (arguments, answer.body)
    assert answer.errors[0]["path"] == [field.name]
    assert answer.body["data"] is None
    return str(answer.errors[0]["message"])


@EACH_LIST
async def test_page_sizes_that_cannot_be_served(world: World, field: ListField) -> None:
    assert (await refusal(world, field, first=1, last=1)).startswith("first, last: ")
    assert (await refusal(world, field, first=-1)).startswith("first: ")
    assert (await refusal(world, field, last=-1)).startswith("last: ")
    assert (await refusal(world, field, first=1001)).startswith("first: ")
    assert (await refusal(world, field, last=199_999)).startswith("last: ")


@EACH_LIST
async def test_cursors_that_are_none_of_this_list(world: World, field: ListField) -> None:
    own = await cursor_of(world, field.name)
    foreign = await cursor_of(world, OTHER_LIST[field.name])
    altered = own[:-3] + ("AAA" if own[-3:] != "AAA" else "BBB")
    for cursor in (
        "",
        "0",
        "garbage",
        "Ä",
        "a" * 5000,
        "YXJyYXljb25uZWN0aW9uOjA=",
        altered,
        own * 2,
        foreign,
    ):
        assert (await refusal(world, field, first=1, after=cursor)).startswith("after: ")
        assert (await refusal(world, field, last=1, before=cursor)).startswith("before: ")


@pytest.mark.parametrize("field", [CUSTOMERS, SUBSCRIPTIONS, TRIALS], ids=lambda field: field.name)
async def test_a_cursor_of_another_order(world: World, field: ListField) -> None:
    name = "CREATED_ON" if field is CUSTOMERS else "START_DATE"
    ascending = await cursor_of(world, field.name, f", orderBy: {{ field: {name} }}")
    descending = {"field": name, "direction": "DESC"}

    for order in (None, descending):
        assert (await refusal(world, field, after=ascending, orderBy=order)).startswith("after: ")


@pytest.mark.parametrize("arguments", ["first: 1, last: 1", "first: -1", 'after: "garbage"', 'before: ""'])
async def test_nested_lists_refuse_the_same(world: World, arguments: str) -> None:
    name = arguments.split(":")[0]
    for inner in ("subscriptions", "trials"):
        query = f"{{ customers(first: 2) {{ nodes {{ {inner}({arguments}) {{ totalCount }} }} }} }}"
        answer = await world.api.ask(FULL, query)
        assert set(answer.codes) == {"BAD_USER_INPUT"}
        assert answer.errors[0]["message"].startswith(name)
        assert answer.errors[0]["path"] == ["customers", "nodes", 0, inner]


@EACH_LIST
async def test_cursors_of_a_page_are_those_of_its_edges(world: World, field: ListField) -> None:
    select = f"edges {{ cursor node {{ {field.key} }} }} nodes {{ {field.key} }} {PAGE_INFO} totalCount"
    one = await page(world.api, ASSIGNED, field, select, first=3)
    assert one["pageInfo"]["startCursor"] == one["edges"][0]["cursor"]
    assert one["pageInfo"]["endCursor"] == one["edges"][2]["cursor"]
    assert [edge["node"] for edge in one["edges"]] == one["nodes"]

    between = await page(
        world.api,
        ASSIGNED,
        field,
        select,
        after=one["edges"][0]["cursor"],
        before=one["edges"][2]["cursor"],
    )
    assert between["nodes"] == one["nodes"][1:2]
    assert between["pageInfo"]["hasNextPage"] and between["pageInfo"]["hasPreviousPage"]
    assert between["totalCount"] == one["totalCount"]


@EACH_LIST
async def test_paging_towards_a_cursor_ends_at_it(world: World, field: ListField) -> None:
    select = f"edges {{ cursor node {{ {field.key} }} }} {PAGE_INFO}"
    five = (await page(world.api, ASSIGNED, field, select, first=5))["edges"]
    low, high = five[0]["cursor"], five[-1]["cursor"]

    for forward in (True, False):
        found: list[Any] = []
        after, before, more = low, high, True
        while more:
            size: dict[str, Any] = {"first" if forward else "last": 2}
            one = await page(world.api, ASSIGNED, field, select, after=after, before=before, **size)
            info = one["pageInfo"]
            if forward:
                found, after, more = found + one["edges"], info["endCursor"], info["hasNextPage"]
            else:
                found, before, more = one["edges"] + found, info["startCursor"], info["hasPreviousPage"]
            assert one["edges"] or not more
        assert found == five[1:-1]


@EACH_LIST
async def test_a_page_of_nothing(world: World, field: ListField) -> None:
    select = f"nodes {{ {field.key} }} {PAGE_INFO} totalCount"
    sizes: list[dict[str, Any]] = [{"first": 0}, {"last": 0}]
    for size in sizes:
        found = await page(world.api, FULL, field, select, **size)
        assert found["nodes"] == []
        assert found["pageInfo"] == {
            "hasNextPage": "first" in size,
            "hasPreviousPage": "last" in size,
            "startCursor": None,
            "endCursor": None,
        }
        assert found["totalCount"] == len(await whole(world.api, FULL, field))


async def test_without_a_size_a_page_has_fifty(world: World) -> None:
    found = await page(world.api, FULL, CUSTOMERS, f"nodes {{ customerId }} {PAGE_INFO}")

    assert len(found["nodes"]) == 50
    assert found["pageInfo"]["hasNextPage"] and not found["pageInfo"]["hasPreviousPage"]


@EACH_LIST
async def test_the_total_is_counted_only_when_asked(world: World, field: ListField) -> None:
    without = await world.api.ask(FULL, f"{{ {field.name} {{ nodes {{ {field.key} }} }} }}")
    counted = await world.api.ask(FULL, f"{{ {field.name} {{ totalCount nodes {{ {field.key} }} }} }}")

    assert without.data and counted.data
    assert without.statements == 2, "the viewer and the page"
    assert counted.statements == 3


async def test_totals_of_nested_lists(world: World) -> None:
    """Whatever part of it a page shows, and of lists that have nothing as well."""
    rows = world.book.rows
    select = """nodes {
        customerId
        none: subscriptions(first: 0) { totalCount nodes { subscriptionId } }
        end: subscriptions(last: 1) { totalCount nodes { subscriptionId } }
        renewing: subscriptions(first: 1, filter: { autoRenew: true }) { totalCount pageInfo { endCursor } }
        trials(first: 1) { totalCount }
        bought: subscriptions { nodes { subscriptionId orders(first: 1) { totalCount } invoices { totalCount } } }
    }"""
    found = (await page(world.api, FULL, CUSTOMERS, select, first=100))["nodes"]
    of: dict[str, Counter[str]] = {
        name: Counter(row[key] for row in rows[name])
        for name, key in (
            ("subscriptions", "customer_id"),
            ("trials", "customer_id"),
            ("orders", "subscription_id"),
            ("invoices", "subscription_id"),
        )
    }
    assert {of["subscriptions"][node["customerId"]] for node in found} >= {0, 1, 2}
    for node in found:
        mine = [row for row in rows["subscriptions"] if row["customer_id"] == node["customerId"]]
        assert node["none"] == {"totalCount": len(mine), "nodes": []}
        assert node["end"]["totalCount"] == len(mine)
        assert node["renewing"]["totalCount"] == sum(row["auto_renew"] for row in mine)
        assert node["trials"]["totalCount"] == of["trials"][node["customerId"]]
        for bought in node["bought"]["nodes"]:
            assert bought["orders"]["totalCount"] == of["orders"][bought["subscriptionId"]]
            assert bought["invoices"]["totalCount"] == of["invoices"][bought["subscriptionId"]]
        if cursor := node["renewing"]["pageInfo"]["endCursor"]:
            beyond = "subscriptions(after: $after, filter: { autoRenew: true }) { totalCount nodes { subscriptionId } }"
            answer = await world.api.ask(
                FULL,
                f"query ($id: String!, $after: String) {{ customer(customerId: $id) {{ {beyond} }} }}",
                {"id": node["customerId"], "after": cursor},
            )
            rest = answer.data["customer"]["subscriptions"]
            assert rest["totalCount"] == node["renewing"]["totalCount"] == len(rest["nodes"]) + 1
