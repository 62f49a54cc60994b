"""The audit trail: who sees it, its filters and pages, and that the database keeps it as it is."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from tests.firm import ADMIN, BOTH, DESK, FULL, NEIGHBOUR, READ, SECOND, Firm

pytest_plugins = ["tests.firm_fixture"]

EVENTS = """query ($filter: AuditEventFilter, $first: Int, $after: String, $last: Int, $before: String) {
  auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id at actor { email } action targetType targetId targetName detail }
  }
}"""


async def names(firm: Firm, **variables: Any) -> list[str]:
    data = await firm.ask(READ, EVENTS, variables)
    return [node["targetName"] for node in data["auditEvents"]["nodes"]]


async def create(firm: Firm, email: str, *tags: str) -> None:
    for tag in tags:
        assert (await firm.change(email, "createTag", {"name": tag}))["errors"] == []


async def test_an_event_says_who_when_what_on_what_before_and_after(firm: Firm) -> None:
    gold = await firm.id("Tag", "Gold")
    started = datetime.now(UTC)
    await firm.change(ADMIN, "updateTag", {"id": gold, "name": "Platinum"})
    for viewer in (FULL, READ, BOTH):
        [event] = (await firm.ask(viewer, EVENTS))["auditEvents"]["nodes"]
        assert started <= datetime.fromisoformat(event.pop("at")) <= datetime.now(UTC)
        assert json.loads(event.pop("detail")) == {
            "before": {"name": "Gold", "description": "Pays early"},
            "after": {"name": "Platinum", "description": "Pays early"},
        }
        id = event.pop("id")
        assert event == {
            "actor": {"email": ADMIN},
            "action": "updateTag",
            "targetType": "Tag",
            "targetId": gold,
            "targetName": "Platinum",
        }
        node = "query ($id: ID!) { node(id: $id) { ... on AuditEvent { targetName } } }"
        assert (await firm.ask(viewer, node, {"id": id}))["node"] == {"targetName": "Platinum"}


async def test_it_is_for_full_and_read_only_admins(firm: Firm) -> None:
    await create(firm, FULL, "New")
    event = (await firm.ask(FULL, EVENTS))["auditEvents"]["nodes"][0]["id"]
    node = "query ($id: ID!) { node(id: $id) { id } }"
    for email in (ADMIN, DESK):
        answer = await firm.api.ask(email, EVENTS)
        assert (answer.body["data"], answer.codes) == ({"auditEvents": None}, ["FORBIDDEN"])
        assert (await firm.ask(email, node, {"id": event}))["node"] is None
    assert (await firm.ask(NEIGHBOUR, EVENTS))["auditEvents"]["nodes"] == []
    assert (await firm.ask(NEIGHBOUR, node, {"id": event}))["node"] is None


async def test_pages_go_through_all_of_it_newest_first(firm: Firm) -> None:
    made = [f"t{n}" for n in range(7)]
    await create(firm, FULL, *made)
    assert await names(firm) == made[::-1]
    seen: list[str] = []
    after = None
    while True:
        page = (await firm.ask(READ, EVENTS, {"first": 3, "after": after}))["auditEvents"]
        assert page["totalCount"] == 7 + len(seen) // 3
        seen += [node["targetName"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
        await create(firm, FULL, f"later{len(seen)}")  # what comes in meanwhile moves nothing
    assert seen == made[::-1]
    assert await names(firm, last=2) == ["t1", "t0"]


async def test_filters(firm: Firm) -> None:
    await create(firm, FULL, "One")
    await create(firm, SECOND, "Two")
    one = await firm.id("Tag", "One")
    between = datetime.now(UTC)
    customers = await firm.ids("Customer", "c1", "c2")
    await firm.change(ADMIN, "addTags", {"customerIds": customers, "tagIds": [one]})
    admins = await firm.ids("PartnerAdmin", SECOND, ADMIN)
    on_both = "Customer c1 and 1 more"
    for filter, expected in (
        ({"actorIds": admins[:1]}, ["Two"]),
        ({"actorIds": admins}, [on_both, "Two"]),
        ({"actions": ["addTags"]}, [on_both]),
        ({"actions": ["addTags", "createTag"], "actorIds": admins[:1]}, ["Two"]),
        ({"targetIds": [one]}, [on_both, "One"]),
        ({"targetIds": customers[1:]}, [on_both]),
        ({"from": between.isoformat()}, [on_both]),
        ({"to": between.isoformat()}, ["Two", "One"]),
        ({"actions": ["nothing"]}, []),
        ({"actions": []}, [on_both, "Two", "One"]),
    ):
        assert await names(firm, filter=filter) == expected, filter
    for wrong in (
        {"targetIds": ["garbage"]},
        {"from": "9999-12-31T23:59:59-12:00"},
        {"to": "9999-12-31T23:59:59-12:00"},
        {"from": "0001-01-01T00:00:00+12:00"},
    ):
        answer = await firm.api.ask(READ, EVENTS, {"filter": wrong})
        assert answer.codes == ["BAD_USER_INPUT"], wrong
        assert f"filter.{next(iter(wrong))}" in answer.errors[0]["message"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET action = 'x'",
        "DELETE FROM audit_events",
        "DELETE FROM audit_events WHERE false",
        "TRUNCATE audit_events",
        "TRUNCATE partners CASCADE",
    ],
)
async def test_the_database_refuses_to_alter_it(firm: Firm, statement: str) -> None:
    await create(firm, FULL, "New")
    before = await firm.tables()
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await firm.connection.execute(statement)
    assert await firm.tables() == before


async def test_times_ascend_with_the_order_of_changes(firm: Firm) -> None:
    await asyncio.gather(*(create(firm, FULL, f"t{n}") for n in range(20)))
    times = [event["at"] for event in await firm.events()]
    assert len(times) == 20
    assert times == sorted(times)
