"""License states over HTTP: of single lines, and summed over a customer's lines, on several days."""

from datetime import timedelta

import pytest

from tests import oracle
from tests.lists import CUSTOMERS, SUBSCRIPTIONS, TRIALS, ListField, nodes
from tests.oracle import policy
from tests.world import ASSIGNED, FULL, World

pytest_plugins = ["tests.world_fixture"]

STATE = (
    "asOf total assigned used available overage usedLast90Days"
    " assignmentRate usageRate usageOfAssignedRate assignmentChange usageChange"
)
DAYS = [0, -40, -200, 40]


@pytest.mark.parametrize(("days", "email"), [(0, FULL), (-40, FULL), (-200, ASSIGNED), (40, ASSIGNED)])
async def test_the_sums_of_every_customer_by_product(world: World, days: int, email: str) -> None:
    day = world.today + timedelta(days=days)
    products = [None, *policy.PRODUCTS]
    states = "\n".join(
        f"{product or 'all'}: licenses({f'product: {product}, ' if product else ''}asOf: $day) {{ {STATE} }}"
        for product in products
    ).replace("$day", f'"{day.isoformat()}"')

    found = await nodes(world.api, email, CUSTOMERS, f"customerId {states}")

    assert {node["customerId"] for node in found} == world.visible(email)
    for node in found:
        for product in products:
            expected = oracle.customer_licenses(world.book, node["customerId"], product, day)
            assert node[product or "all"] == expected, (node["customerId"], product)
    sums = [node["all"] for node in found]
    assert any(state["overage"] and state["available"] for state in sums)
    assert days or {state["assignmentChange"] for state in sums} > {None, 0}


@pytest.mark.parametrize(
    ("field", "email"), [(SUBSCRIPTIONS, ASSIGNED), (TRIALS, FULL)], ids=["subscriptions", "trials"]
)
async def test_every_line_in_the_order_of_products(world: World, field: ListField, email: str) -> None:
    rows = world.book.subscriptions if field is SUBSCRIPTIONS else world.book.trials
    days = [world.today + timedelta(days=days) for days in DAYS]
    states = " ".join(
        f'on{number}: state(asOf: "{day.isoformat()}") {{ {STATE} }}' for number, day in enumerate(days)
    )

    found = await nodes(world.api, email, field, f"{field.key} licenses {{ product {states} }}")

    for node in found:
        lines = world.book.lines_of.get(oracle.entitlement_key(rows[node[field.key]]), [])
        lines = sorted(lines, key=lambda line: policy.PRODUCTS.index(line["product"]))
        assert node["licenses"] == [
            {"product": line["product"]}
            | {f"on{number}": oracle.license_state(world.book, line, day) for number, day in enumerate(days)}
            for line in lines
        ]


async def test_without_a_day_the_state_is_todays(world: World) -> None:
    select = f"a: licenses {{ {STATE} }} b: licenses(asOf: null, product: null) {{ {STATE} }}"

    for node in await nodes(world.api, ASSIGNED, CUSTOMERS, f"customerId {select}"):
        expected = oracle.customer_licenses(world.book, node["customerId"], None, world.today)
        assert node["a"] == node["b"] == expected


async def test_one_figure_alone_is_the_same_figure(world: World) -> None:
    select = "customerId licenses { usageOfAssignedRate }"

    for node in await nodes(world.api, ASSIGNED, CUSTOMERS, select):
        expected = oracle.customer_licenses(world.book, node["customerId"], None, world.today)
        assert node["licenses"] == {"usageOfAssignedRate": expected["usageOfAssignedRate"]}


@pytest.mark.parametrize("day", ["1900-01-01", "9999-12-30"])
async def test_the_farthest_days_have_a_state_too(world: World, day: str) -> None:
    query = f"""{{ customers(first: 3) {{ nodes {{
        licenses(asOf: "{day}") {{ {STATE} }}
        subscriptions {{ nodes {{ licenses {{ state(asOf: "{day}") {{ {STATE} }} }} }} }}
    }} }} }}"""

    answer = await world.api.ask(FULL, query)

    for node in answer.data["customers"]["nodes"]:
        assert node["licenses"]["asOf"] == day
        assert node["licenses"]["total"] == 0


async def test_what_is_no_day_is_refused(world: World) -> None:
    for day in ("2026-02-30", "yesterday", "", "2026-01-01T00:00:00Z"):
        query = f'{{ customers(first: 1) {{ nodes {{ licenses(asOf: "{day}") {{ total }} }} }} }}'
        answer = await world.api.ask(FULL, query)
        assert answer.codes == ["BAD_USER_INPUT"], day
