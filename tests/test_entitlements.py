"""Subscriptions and trials over HTTP, in the root lists and under their customers, against the oracle."""

import random
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest

from tests import oracle
from tests.lists import SUBSCRIPTIONS, TRIALS, nodes, page, walk, whole
from tests.oracle import policy
from tests.world import ASSIGNED, FULL, World

pytest_plugins = ["tests.world_fixture"]

SUBSCRIPTION_FIELDS = (
    "subscriptionId displayId status addedOn startDate endDate inForce autoRenew renewsOn"
    " daysUntilExpiration daysUntilRenewal"
)
TRIAL_FIELDS = "trialId displayId status addedOn startDate endDate inForce daysUntilExpiration"
ORDERS = {"subscriptions": ["SUBSCRIPTION_ID", "START_DATE", "END_DATE", "ADDED_ON"]}
ORDERS["trials"] = ORDERS["subscriptions"][1:]

# Days are counted from today; they lie on both sides of where the random rows end.
COMMON: dict[str, list[Any]] = {
    "products": [*([name] for name in policy.PRODUCTS), ["DEVICES", "EVENTS"], []],
    "endsFrom": [-400, -1, 0, 1, 30, 91, 400, 401],
    "endsTo": [-366, -1, 0, 29, 30, 400],
}
VALUES: dict[str, dict[str, list[Any]]] = {
    "subscriptions": COMMON
    | {
        "statuses": [
            ["ACTIVE"],
            ["SUSPENDED"],
            ["PENDING_SETUP"],
            ["CANCELLED"],
            ["EXPIRED"],
            ["EXPIRED", "ACTIVE"],
            [],
        ],
        "autoRenew": [True, False],
        "search": [
            "sub-0",
            "SUB-00001 a",
            "_",
            "b_ nord",
            "ÄRZTE",
            "İzmir",
            "sub-0 οδοσ",
            "c% 1",
            "%",
            "sub-0\\",
            "",
            "\t",
        ],
    },
    "trials": COMMON
    | {"statuses": [["ACTIVE"], ["EXPIRED"], ["CANCELLED"], ["CONVERTED"], ["CONVERTED", "EXPIRED"], []]},
}
FIELDS = {"subscriptions": SUBSCRIPTIONS, "trials": TRIALS}
CASES = [(kind, name, value) for kind, names in VALUES.items() for name in names for value in names[name]]
PAIRS = [(kind, *pair) for kind, names in VALUES.items() for pair in combinations(names, 2)]
ORDER_CASES = [(kind, field, way) for kind in ORDERS for field in ORDERS[kind] for way in ("ASC", "DESC")]


def with_dates(filter: dict[str, Any], today: date) -> dict[str, Any]:
    """The oracle's filter: days as dates."""
    return {
        name: today + timedelta(days=value) if name.startswith("ends") else value
        for name, value in filter.items()
    }


def as_input(filter: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in filter.items()}


def expected(
    world: World,
    email: str,
    kind: str,
    filter: dict[str, Any] | None = None,
    order: tuple[str, str] | None = None,
) -> list[str]:
    """The list by the oracle; left out, the order is by subscription ID, or by a trial's end."""
    visible = world.visible(email)
    if kind == "subscriptions":
        ids = oracle.subscription_ids(world.book, visible)
        ids = oracle.filter_subscriptions(world.book, ids, filter or {}, world.today)
        return oracle.order_subscriptions(world.book, ids, *(order or ("SUBSCRIPTION_ID",)))
    ids = oracle.trial_ids(world.book, visible)
    ids = oracle.filter_trials(world.book, ids, filter or {}, world.today)
    return oracle.order_trials(world.book, ids, *(order or ("END_DATE",)))


async def test_every_field_of_every_subscription(world: World) -> None:
    found = await nodes(world.api, FULL, SUBSCRIPTIONS, f"{SUBSCRIPTION_FIELDS} customer {{ customerId }}")

    assert [node["subscriptionId"] for node in found] == expected(world, FULL, "subscriptions")
    for node in found:
        row = world.book.subscriptions[node["subscriptionId"]]
        owner = {"customer": {"customerId": row["customer_id"]}}
        assert node == oracle.subscription_fields(row, world.today) | owner
    assert {node["status"] for node in found} == {
        value[0] for value in VALUES["subscriptions"]["statuses"][:5]
    }


async def test_every_field_of_every_trial(world: World) -> None:
    found = await nodes(
        world.api, FULL, TRIALS, f"{TRIAL_FIELDS} customer {{ customerId }} startedBy {{ email }}"
    )

    assert [node["trialId"] for node in found] == expected(world, FULL, "trials")
    for node in found:
        row = world.book.trials[node["trialId"]]
        starter = row["started_by"] and {"email": row["started_by"]}
        beside = {"customer": {"customerId": row["customer_id"]}, "startedBy": starter}
        assert node == oracle.trial_fields(row, world.today) | beside
    assert {node["status"] for node in found} == {value[0] for value in VALUES["trials"]["statuses"][:4]}


async def test_who_started_a_trial_is_told_by_the_trial(world: World) -> None:
    admins = {row["email"].lower(): row["display_name"] for row in world.book.rows["partner_admins"]}
    for select in ("displayName", "displayName email", "id displayName"):
        found = await nodes(world.api, FULL, TRIALS, f"trialId startedBy {{ {select} }}")
        for node in found:
            by = world.book.trials[node["trialId"]]["started_by"]
            assert (node["startedBy"] or {}).get("displayName") == (admins[by.lower()] if by else None)
        assert {node["startedBy"] is None for node in found} == {True, False}
    [with_id, *_] = [node["startedBy"]["id"] for node in found if node["startedBy"]]
    answer = await world.api.ask(
        FULL, f'{{ node(id: "{with_id}") {{ ... on PartnerAdmin {{ displayName }} }} }}'
    )
    assert answer.data["node"]["displayName"] in admins.values()


@pytest.mark.parametrize("email", [FULL, ASSIGNED])
@pytest.mark.parametrize(("kind", "name", "value"), CASES, ids=str)
async def test_each_filter_alone(world: World, email: str, kind: str, name: str, value: Any) -> None:
    filter = with_dates({name: value}, world.today)

    found = await whole(world.api, email, FIELDS[kind], filter=as_input(filter))

    assert found == expected(world, email, kind, filter)


@pytest.mark.parametrize(("kind", "one", "other"), PAIRS)
async def test_each_pair_of_filters(world: World, kind: str, one: str, other: str) -> None:
    picks = random.Random(f"{kind} {one} {other}")
    for email in (FULL, ASSIGNED, "read@partner.example", "admin-desk@partner.example"):
        chosen = {name: picks.choice([v for v in VALUES[kind][name] if v != []]) for name in (one, other)}
        filter = with_dates(chosen, world.today)
        order = (picks.choice(ORDERS[kind]), picks.choice(["ASC", "DESC"]))
        field = FIELDS[kind]

        found = await page(
            world.api,
            email,
            field,
            f"totalCount nodes {{ {field.key} }}",
            filter=as_input(filter),
            orderBy={"field": order[0], "direction": order[1]},
            first=100,
        )

        keys = expected(world, email, kind, filter, order)
        assert found["totalCount"] == len(keys), (email, filter)
        assert [node[field.key] for node in found["nodes"]] == keys[:100], (email, filter, order)


@pytest.mark.parametrize(("kind", "field", "way"), ORDER_CASES)
async def test_each_order_walked_from_both_ends(world: World, kind: str, field: str, way: str) -> None:
    order = {"field": field, "direction": way}
    few = {"products": ["EVENTS"], "endsFrom": world.today.isoformat()}
    everything = expected(world, FULL, kind, {}, (field, way))
    assigned = expected(
        world, ASSIGNED, kind, {"products": ["EVENTS"], "endsFrom": world.today}, (field, way)
    )
    assert len(assigned) > 20

    for backward in (False, True):
        walked = await walk(world.api, FULL, FIELDS[kind], 399, orderBy=order, backward=backward)
        assert walked == everything
        walked = await walk(
            world.api, ASSIGNED, FIELDS[kind], 7, orderBy=order, filter=few, backward=backward
        )
        assert walked == assigned


@pytest.mark.parametrize("kind", ["subscriptions", "trials"])
async def test_under_each_customer_the_same_filters_and_orders_hold(world: World, kind: str) -> None:
    key = FIELDS[kind].key
    day = world.today + timedelta(days=30)
    query = f"""
        query($day: Date, $after: String) {{ customers(first: 700, after: $after) {{
            nodes {{
                customerId
                all: {kind} {{ totalCount nodes {{ {key} }} }}
                newest: {kind}(orderBy: {{ field: START_DATE, direction: DESC }}, first: 1) {{
                    totalCount nodes {{ {key} }} pageInfo {{ hasNextPage hasPreviousPage }}
                }}
                soon: {kind}(filter: {{ statuses: [ACTIVE], endsTo: $day }}, last: 2) {{
                    totalCount nodes {{ {key} }}
                }}
            }}
            pageInfo {{ hasNextPage endCursor }}
        }} }}"""
    after, seen = None, 0
    for _ in range(3):
        found = (await world.api.ask(FULL, query, {"day": day.isoformat(), "after": after})).data["customers"]
        after = found["pageInfo"]["endCursor"]
        for node in found["nodes"]:
            seen += 1
            all_, newest, soon = of_customer(world, kind, node["customerId"], day)
            assert node["all"] == {"totalCount": len(all_), "nodes": [{key: id_} for id_ in all_]}
            assert node["newest"]["totalCount"] == len(all_)
            assert node["newest"]["nodes"] == [{key: id_} for id_ in newest[:1]]
            assert node["newest"]["pageInfo"] == {"hasNextPage": len(all_) > 1, "hasPreviousPage": False}
            assert node["soon"] == {"totalCount": len(soon), "nodes": [{key: id_} for id_ in soon[-2:]]}
    assert seen == len(world.book.customers)


def of_customer(world: World, kind: str, customer_id: str, day: date) -> tuple[list[str], ...]:
    """In the list's own order; newest first; the active ones that end by the day."""
    filter = {"statuses": ["ACTIVE"], "endsTo": day}
    if kind == "subscriptions":
        ids = oracle.subscription_ids(world.book, [customer_id])
        active = oracle.filter_subscriptions(world.book, ids, filter, world.today)
        return (
            oracle.order_subscriptions(world.book, ids, "SUBSCRIPTION_ID"),
            oracle.order_subscriptions(world.book, ids, "START_DATE", "DESC"),
            oracle.order_subscriptions(world.book, active, "SUBSCRIPTION_ID"),
        )
    ids = oracle.trial_ids(world.book, [customer_id])
    active = oracle.filter_trials(world.book, ids, filter, world.today)
    return (
        oracle.order_trials(world.book, ids, "END_DATE"),
        oracle.order_trials(world.book, ids, "START_DATE", "DESC"),
        oracle.order_trials(world.book, active, "END_DATE"),
    )


async def test_a_customers_list_walked_one_by_one(world: World) -> None:
    customer_id = max(world.book.customers, key=lambda id_: len(world.book.subscriptions_of[id_]))
    ids = oracle.subscription_ids(world.book, [customer_id])
    assert len(ids) == 3
    query = """
        query($id: String, $after: String) { customer(customerId: $id) {
            subscriptions(first: 1, after: $after, orderBy: { field: END_DATE, direction: DESC }) {
                nodes { subscriptionId } pageInfo { hasNextPage hasPreviousPage endCursor }
            }
        } }"""
    after, walked, flags = None, [], []
    for _ in range(3):
        found = (await world.api.ask(FULL, query, {"id": customer_id, "after": after})).data["customer"]
        walked += [node["subscriptionId"] for node in found["subscriptions"]["nodes"]]
        info = found["subscriptions"]["pageInfo"]
        flags.append((info["hasPreviousPage"], info["hasNextPage"]))
        after = info["endCursor"]

    assert walked == oracle.order_subscriptions(world.book, ids, "END_DATE", "DESC")
    assert flags == [(False, True), (True, True), (True, False)]
