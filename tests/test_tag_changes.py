"""Changes of tags, over HTTP."""

import json

from tests.firm import ADMIN, FULL, Firm

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
