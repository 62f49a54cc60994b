"""Changes of tags, over HTTP."""

import json

from tests.firm import ADMIN, BOTH, FULL, OTHER, Firm

pytest_plugins = ["tests.firm_fixture"]


async def test_a_tag_is_created_with_its_audit_event(firm: Firm) -> None:
    fields = "tag { id name description createdBy { email } customers { totalCount } }"
    made = await firm.change(ADMIN, "createTag", {"name": "  Silver ", "description": "Pays"}, fields)
    assert made == {
        "tag": {
            "id": await firm.id("Tag", "Silver"),
            "name": "Silver",
            "description": "Pays",
            "createdBy": {"email": ADMIN},
            "customers": {"totalCount": 0},
        },
        "errors": [],
    }
    [event] = await firm.events()
    assert (event["action"], event["email"], event["target_type"], event["target_name"]) == (
        "createTag",
        ADMIN,
        "Tag",
        "Silver",
    )
    assert event["before"] is None
    assert json.loads(event["after"]) == {"name": "Silver", "description": "Pays"}


async def test_a_taken_name_changes_nothing(firm: Firm) -> None:
    before = await firm.tables()
    refused = await firm.change(FULL, "createTag", {"name": "gOLD"}, "tag { id }")
    assert refused == {"tag": None, "errors": [("TAKEN", "input.name")]}
    assert await firm.tables() == before


async def test_what_a_tag_may_be_called(firm: Firm) -> None:
    longest = "ä" * 25
    assert (await firm.change(FULL, "createTag", {"name": longest}))["errors"] == []
    before = await firm.tables()
    for name in ("", " \t ", "x" * 26, "two\nlines", "nul\0"):
        refused = await firm.change(FULL, "createTag", {"name": name})
        assert refused["errors"] == [("INVALID", "input.name")], name
    both = await firm.change(FULL, "createTag", {"name": " ", "description": "x" * 201})
    assert both["errors"] == [("INVALID", "input.name"), ("INVALID", "input.description")]
    assert await firm.tables() == before


async def test_an_update_changes_what_it_names_alone(firm: Firm) -> None:
    gold = await firm.id("Tag", "Gold")
    fields = "tag { name description }"

    async def update(**input: str | None) -> object:
        return (await firm.change(ADMIN, "updateTag", {"id": gold, **input}, fields))["tag"]

    assert await update(name="GOLD") == {"name": "GOLD", "description": "Pays early"}
    assert await update(description="Late") == {"name": "GOLD", "description": "Late"}
    assert await update(description=None) == {"name": "GOLD", "description": None}
    assert await update(name=None, description="x") == {"name": "GOLD", "description": "x"}
    refused = await firm.change(ADMIN, "updateTag", {"id": gold, "name": "unused"}, fields)
    assert refused == {"tag": None, "errors": [("TAKEN", "input.name")]}
    assert (await firm.change(ADMIN, "updateTag", {"id": gold}))["errors"] == [("INVALID", "input")]
    first = (await firm.events())[0]
    assert json.loads(first["before"])["name"] == "Gold"
    assert json.loads(first["after"])["name"] == "GOLD"


async def test_a_deleted_tag_is_off_all_its_customers(firm: Firm) -> None:
    gold = await firm.id("Tag", "Gold")
    deleted = await firm.change(ADMIN, "deleteTag", {"id": gold}, "deletedTagId")
    assert deleted == {"deletedTagId": gold, "errors": []}
    data = await firm.ask(FULL, "{ customers { nodes { tags { name } } } tags { nodes { name } } }")
    assert all(node["tags"] == [] for node in data["customers"]["nodes"])
    assert data["tags"]["nodes"] == [{"name": "Unused"}]
    [event] = await firm.events()
    assert json.loads(event["before"])["customers"] == ["c1", "c2", "c3", "c4", "c5", "c6"]
    again = await firm.change(ADMIN, "deleteTag", {"id": gold}, "deletedTagId")
    assert again == {"deletedTagId": None, "errors": [("NOT_FOUND", "input.id")]}


async def test_tags_go_on_and_off_customers(firm: Firm) -> None:
    input = {
        "customerIds": await firm.ids("Customer", "c2", "c1", "c2"),
        "tagIds": await firm.ids("Tag", "Unused", "Gold"),
    }
    fields = "customers { customerId tags { name } }"
    both = [{"name": "Gold"}, {"name": "Unused"}]
    added = await firm.change(ADMIN, "addTags", input, fields)
    assert added["customers"] == [{"customerId": "c2", "tags": both}, {"customerId": "c1", "tags": both}]
    removed = await firm.change(ADMIN, "removeTags", input, fields)
    assert removed["customers"] == [{"customerId": "c2", "tags": []}, {"customerId": "c1", "tags": []}]
    [on, off] = await firm.events()
    assert (on["target_name"], on["targets"][0].partition(":")[0]) == ("Customer c2 and 1 more", "Customer")
    assert json.loads(on["before"]) == {"tags": {"c1": ["Gold"], "c2": ["Gold"]}}
    assert (
        json.loads(on["after"])
        == json.loads(off["before"])
        == {"tags": {"c1": ["Gold", "Unused"], "c2": ["Gold", "Unused"]}}
    )


async def test_what_is_there_already_is_no_failure(firm: Firm) -> None:
    input = {"customerIds": await firm.ids("Customer", "c1"), "tagIds": await firm.ids("Tag", "Gold")}
    again = await firm.change(FULL, "addTags", input, "customers { customerId }")
    assert again == {"customers": [{"customerId": "c1"}], "errors": []}
    [event] = await firm.events()
    assert event["before"] == event["after"]


async def test_one_customer_refused_is_all_refused_and_each_is_named(firm: Firm) -> None:
    [elsewhere] = [await firm.id("Customer", "c1", OTHER)]
    input = {
        "customerIds": [*await firm.ids("Customer", "c1", "c3"), elsewhere, "garbage"],
        "tagIds": [await firm.id("Tag", "Unused"), await firm.id("Tag", "Gold", OTHER)],
    }
    before = await firm.tables()
    refused = await firm.change(ADMIN, "addTags", input, "customers { id }")
    assert refused == {
        "customers": None,
        "errors": [
            ("INVALID", "input.customerIds.3"),
            ("NOT_FOUND", "input.customerIds.1"),
            ("NOT_FOUND", "input.customerIds.2"),
            ("NOT_FOUND", "input.tagIds.1"),
        ],
    }
    nobody = await firm.change(ADMIN, "addTags", {"customerIds": [], "tagIds": []})
    assert nobody["errors"] == [("INVALID", "input.customerIds"), ("INVALID", "input.tagIds")]
    assert await firm.tables() == before


async def test_a_customer_wears_twenty_tags_at_most(firm: Firm) -> None:
    tags = []
    for n in range(20):
        made = await firm.change(FULL, "createTag", {"name": f"t{n}"}, "tag { id }")
        tags.append(made["tag"]["id"])
    customers = await firm.ids("Customer", "c1", "c2")
    few = {"customerIds": customers[:1], "tagIds": tags[:19]}
    assert (await firm.change(FULL, "addTags", few))["errors"] == []
    before = await firm.tables()
    one_more = {"customerIds": customers, "tagIds": tags[18:]}
    refused = await firm.change(FULL, "addTags", one_more, "customers { id }")
    assert refused == {"customers": None, "errors": [("LIMIT_REACHED", "input.customerIds.0")]}
    assert await firm.tables() == before
    too_many = {"customerIds": customers, "tagIds": [*tags, *await firm.ids("Tag", "Gold")]}
    assert (await firm.change(FULL, "addTags", too_many))["errors"] == [("LIMIT_REACHED", "input.tagIds")]
    same = {"customerIds": customers[:1], "tagIds": tags[:19]}
    assert (await firm.change(FULL, "addTags", same))["errors"] == []


async def test_rights_of_two_roles_do_not_spread(firm: Firm) -> None:
    """Who reads everything and manages c1 sees c3, and may change c1 alone."""
    input = {"customerIds": await firm.ids("Customer", "c1", "c3"), "tagIds": await firm.ids("Tag", "Unused")}
    refused = await firm.change(BOTH, "addTags", input)
    assert refused["errors"] == [("NOT_ALLOWED", "input.customerIds.1")]
    assert (await firm.change(BOTH, "addTags", input | {"customerIds": input["customerIds"][:1]}))[
        "errors"
    ] == []


async def test_several_changes_in_one_operation_are_made_in_turn(firm: Firm) -> None:
    gold = await firm.id("Tag", "Gold")
    query = """
    mutation ($id: ID!) {
      first: updateTag(input: {id: $id, name: "One"}) { tag { name } }
      second: updateTag(input: {id: $id, name: "Unused"}) { tag { name } userErrors { code } }
      third: updateTag(input: {id: $id, name: "Three"}) { tag { name } }
    }"""
    assert await firm.ask(FULL, query, {"id": gold}) == {
        "first": {"tag": {"name": "One"}},
        "second": {"tag": None, "userErrors": [{"code": "TAKEN"}]},
        "third": {"tag": {"name": "Three"}},
    }
    assert len(await firm.events()) == 2


async def test_every_change_raises_the_version_of_the_partners_data(firm: Firm) -> None:
    version = "SELECT data_version FROM partners ORDER BY name"
    [[ours], [theirs]] = await firm.connection.fetch(version)
    await firm.change(FULL, "createTag", {"name": "New"})
    await firm.change(FULL, "createTag", {"name": "New"})
    assert await firm.connection.fetch(version) == [(ours + 1,), (theirs,)]
