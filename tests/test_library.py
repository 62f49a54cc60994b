"""Resources and help desks over HTTP."""

from itertools import product
from typing import Any

import pytest

from tests import oracle
from tests.lists import RESOURCES, nodes, walk, whole
from tests.world import ASSIGNED, FULL, World

pytest_plugins = ["tests.world_fixture"]

SEARCHES = [
    "acme",
    "ACME guide",
    "Ärzte",
    "École",
    "ŁÓDŹ",
    "two words",
    "start",
    "about %",
    "\\",
    "zeta",
    "",
    None,
]


def expected(world: World, search: str | None = None, **filter: Any) -> list[str]:
    def matches(row: oracle.Row) -> bool:
        text = "\n".join([row["title"], row["summary"], *(row["tags"] or [])]).casefold()
        return (
            all(word in text for word in (search or "").casefold().split())
            and (not filter.get("kinds") or row["kind"] in filter["kinds"])
            and (not filter.get("products") or row["product"] in filter["products"])
            and (not filter.get("languages") or row["language"] in filter["languages"])
            and (filter.get("quickLink") is None or row["quick_link"] == filter["quickLink"])
            and (filter.get("trending") is None or row["trending"] == filter["trending"])
        )

    rows = sorted(world.book.rows["resources"], key=lambda row: (row["title"], row["resource_id"]))
    return [row["url"] for row in rows if matches(row)]


@pytest.mark.parametrize("email", [FULL, ASSIGNED, "read@partner.example", "desk@partner.example"])
async def test_every_admin_sees_every_resource(world: World, email: str) -> None:
    select = "title summary url kind product language quickLink trending tags"

    found = await nodes(world.api, email, RESOURCES, select)

    assert [node["url"] for node in found] == expected(world)
    rows = {row["url"]: row for row in world.book.rows["resources"]}
    for node in found:
        row = rows[node["url"]]
        plain = {
            name: row[name] for name in ("title", "summary", "url", "kind", "product", "language", "tags")
        }
        assert node == plain | {"quickLink": row["quick_link"], "trending": row["trending"]}


async def test_filters_alone_and_together(world: World) -> None:
    kinds = [None, [], ["GUIDE"], ["VIDEO", "TOOL"]]
    products = [None, ["MEETINGS"], ["CALLING", "MEETINGS"], ["DEVICES"]]
    languages = [None, ["de"], ["en", "fr"]]
    for kind, products_, language in product(kinds, products, languages):
        filter: dict[str, Any] = {"kinds": kind, "products": products_, "languages": language}
        assert await whole(world.api, FULL, RESOURCES, filter=filter) == expected(world, **filter), filter
    for quick, trending, search in product([None, True, False], [None, True, False], [None, "acme"]):
        flags = {"quickLink": quick, "trending": trending}
        found = await whole(world.api, FULL, RESOURCES, filter=flags, search=search)
        assert found == expected(world, search, **flags), flags


@pytest.mark.parametrize("search", SEARCHES)
async def test_a_search(world: World, search: str | None) -> None:
    assert await whole(world.api, FULL, RESOURCES, search=search) == expected(world, search)


@pytest.mark.parametrize("backward", [False, True])
async def test_resources_walked(world: World, backward: bool) -> None:
    assert await walk(world.api, FULL, RESOURCES, 3, backward=backward) == expected(world)


async def test_help_desks_by_service_then_name(world: World) -> None:
    query = """query($service: String) {
        helpDesks(service: $service) { name service email phone chatUrl hours }
    }"""
    rows = sorted(world.book.rows["help_desks"], key=lambda row: (row["service"], row["name"]))
    all_ = [
        {
            "name": row["name"],
            "service": row["service"],
            "email": row["email"],
            "phone": row["phone"],
            "chatUrl": row["chat_url"],
            "hours": row["hours"],
        }
        for row in rows
    ]

    for email in (FULL, ASSIGNED, "desk@partner.example"):
        for service in (None, "Calling", "Billing", "none such"):
            found = (await world.api.ask(email, query, {"service": service})).data["helpDesks"]
            assert found == [desk for desk in all_ if service in (None, desk["service"])]
