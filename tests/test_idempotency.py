"""Changes asked for again under the same key."""

import asyncio
from typing import Any

from tests.firm import ADMIN, FULL, NEIGHBOUR, SECOND, Firm

pytest_plugins = ["tests.firm_fixture"]

START = """mutation ($id: ID!, $days: Int) {
  startTrial(input: {customerId: $id, services: [{product: EVENTS, quantity: 1}], days: $days}) {
    trial { trialId } userErrors { code field }
  }
}"""
CREATE = (
    "mutation ($name: String!) { createTag(input: {name: $name}) { tag { id } userErrors { code field } } }"
)
CONFLICT = [{"code": "CONFLICT", "field": ["idempotencyKey"]}]


async def start(firm: Firm, key: str, email: str = FULL, **variables: Any) -> dict[str, Any]:
    if "id" not in variables:
        variables["id"] = await firm.id("Customer", "c1")
    answer = await firm.api.ask(email, START, variables, idempotency_key=key)
    payload: dict[str, Any] = answer.data["startTrial"]
    return payload


async def test_who_retries_after_a_lost_answer_starts_one_trial(firm: Firm) -> None:
    first = await start(firm, "k1")
    assert first["userErrors"] == []
    before = await firm.tables()
    assert await start(firm, "k1") == first
    assert await firm.tables() == before
    assert len(await firm.events()) == 1
    assert [error["code"] for error in (await start(firm, "k2"))["userErrors"]] == ["CONFLICT"]


async def test_many_at_once_under_one_key_are_one(firm: Firm) -> None:
    variables = {"id": await firm.id("Customer", "c1")}
    answers = await asyncio.gather(*(start(firm, "k", **variables) for _ in range(30)))
    assert all(answer == answers[0] for answer in answers)
    assert len(await firm.events()) == 1


async def test_other_variables_need_another_key(firm: Firm) -> None:
    await start(firm, "k")
    before = await firm.tables()
    other = await firm.id("Customer", "c2")
    for different in ({"id": other}, {"days": 5}):
        refused = await start(firm, "k", **different)
        assert refused == {"trial": None, "userErrors": CONFLICT}
    answer = await firm.api.ask(FULL, CREATE, {"name": "x"}, idempotency_key="k")
    assert answer.data["createTag"]["userErrors"] == CONFLICT
    assert await firm.tables() == before


async def test_another_fragment_needs_another_key(firm: Firm) -> None:
    """The operation's own text may stay as it is while its fragments ask for something else."""
    asked = "mutation { ...Asked } fragment Asked on Mutation { it: %s { userErrors { code field } } }"
    first = await firm.api.ask(FULL, asked % 'createTag(input: {name: "A"})', idempotency_key="k")
    assert first.data["it"]["userErrors"] == []
    before = await firm.tables()
    for different in (
        'createTag(input: {name: "B"})',
        f'deleteTag(input: {{id: "{await firm.id("Tag", "A")}"}})',
    ):
        answer = await firm.api.ask(FULL, asked % different, idempotency_key="k")
        assert answer.data["it"]["userErrors"] == CONFLICT
    assert await firm.tables() == before
    again = await firm.api.ask(FULL, asked % 'createTag(input: {name: "A"})', idempotency_key="k")
    assert again.data == first.data


async def test_keys_are_each_admins_own(firm: Firm) -> None:
    for email in (FULL, SECOND, NEIGHBOUR):
        answer = await firm.api.ask(
            email,
            CREATE,
            {"name": email[:10]},
            partner=None if email != NEIGHBOUR else "Other firm",
            idempotency_key="k",
        )
        assert answer.data["createTag"]["userErrors"] == []


async def test_what_was_refused_is_tried_again(firm: Firm) -> None:
    variables = {"name": "Gold"}
    refused = await firm.api.ask(FULL, CREATE, variables, idempotency_key="k")
    assert refused.data["createTag"]["tag"] is None
    await firm.change(FULL, "deleteTag", {"id": await firm.id("Tag", "Gold")})
    made = await firm.api.ask(FULL, CREATE, variables, idempotency_key="k")
    assert made.data["createTag"]["tag"] == {"id": await firm.id("Tag", "Gold")}


async def test_each_change_of_an_operation_is_made_once(firm: Firm) -> None:
    query = """mutation {
      a: createTag(input: {name: "A"}) { tag { name } userErrors { code } }
      b: createTag(input: {name: "B"}) { tag { name } userErrors { code } }
    }"""
    first = (await firm.api.ask(FULL, query, idempotency_key="k")).data
    assert [first[alias]["tag"]["name"] for alias in "ab"] == ["A", "B"]
    assert (await firm.api.ask(FULL, query, idempotency_key="k")).data == first
    assert len(await firm.events()) == 2


async def test_a_key_as_an_argument(firm: Firm) -> None:
    def query(name: str, more: str = "") -> str:
        return f"""mutation {{ {more}
          createTag(input: {{name: "{name}"}}, idempotencyKey: "k") {{ tag {{ name }} userErrors {{ code field }} }}
        }}"""

    first = await firm.ask(FULL, query("A"))
    assert first["createTag"] == {"tag": {"name": "A"}, "userErrors": []}
    again = await firm.ask(FULL, query("A", "__typename"))
    assert again["createTag"] == first["createTag"]
    assert (await firm.ask(FULL, query("B")))["createTag"]["userErrors"] == CONFLICT
    assert len(await firm.events()) == 1


async def test_keys_that_are_none(firm: Firm) -> None:
    for key in ("", "x" * 201):
        answer = await firm.api.ask(FULL, CREATE, {"name": "x"}, idempotency_key=key)
        assert answer.data["createTag"]["userErrors"] == [{"code": "INVALID", "field": ["idempotencyKey"]}]
    assert await firm.events() == []


async def test_keys_hold_for_a_day(firm: Firm) -> None:
    async def create(key: str) -> Any:
        answer = await firm.api.ask(FULL, CREATE, {"name": "Daily"}, idempotency_key=key)
        return answer.data["createTag"]

    async def age(interval: str) -> None:
        await firm.connection.execute(
            f"UPDATE idempotency_keys SET created_at = now() - interval '{interval}'"
        )

    made = await create("k")
    await age("23 hours 59 minutes")
    assert await create("k") == made
    await age("24 hours 1 minute")
    assert [error["code"] for error in (await create("k"))["userErrors"]] == ["TAKEN"]
    await firm.api.ask(FULL, CREATE, {"name": "Another"}, idempotency_key="k")
    assert await firm.connection.fetchval("SELECT count(*) FROM idempotency_keys") == 1


async def test_the_first_answer_reads_as_things_stand_for_who_asks(firm: Firm) -> None:
    """What an admin may not see any more is not in an answer given again either."""
    variables = {"id": await firm.id("Customer", "c1")}
    first = await start(firm, "k", ADMIN, **variables)
    assert first["trial"]
    await firm.change(
        FULL,
        "unassignPartnerAdmin",
        {"adminId": await firm.id("PartnerAdmin", ADMIN), "customerIds": [variables["id"]]},
    )
    assert await start(firm, "k", ADMIN, **variables) == {"trial": None, "userErrors": []}
