"""License analytics over HTTP: KPIs, tables and trends, for each role, filters and days, against the oracle."""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests import oracle
from tests.oracle import analytics
from tests.world import ASSIGNED, FULL, World

pytest_plugins = ["tests.world_fixture"]

KPIS = {
    "recentlyAdded": "newCustomers totalLicenses",
    "expiring": "customers assignmentRate usageRate",
    "renewing": "customers assignmentRate usageRate",
    "lowAssignment": "customers assignmentRate usageOfAssignedRate usageRate unassignedLicenses",
    "overage": "customers licensesInOverage averageOverage",
}
OVERVIEW = "totalCustomers nearingExpiration nearingRenewal lowLicenseAssignment overLicenseLimit"
ORACLE = {
    "recentlyAdded": analytics.recently_added,
    "expiring": analytics.expiring,
    "renewing": analytics.renewing,
    "lowAssignment": analytics.low_assignment,
    "overage": analytics.overage,
}
STATE = (
    "asOf total assigned used available overage usedLast90Days assignmentRate usageRate usageOfAssignedRate"
    " assignmentChange usageChange"
)
ROW = f"""
  customer {{ customerId name }}
  entitlement {{ ... on Subscription {{ subscriptionId }} ... on Trial {{ trialId }} }}
  displayId product state {{ {STATE} }}
  daysSinceAdded monthsSinceAdded daysUntilExpiration daysUntilRenewal monthsRemaining autoRenew
  peerMedianAssignmentRate
"""
LICENSES = (
    f"licenses(product: $product) {{ overview {{ {OVERVIEW} }} "
    + " ".join(f"{name} {{ {fields} }}" for name, fields in KPIS.items())
    + " }"
)
EVERYTHING = f"""query ($asOf: Date, $filter: CustomerFilter, $product: AnalyticsProduct!) {{
  analytics(asOf: $asOf, filter: $filter) {{ asOf overview {{ {OVERVIEW} }} {LICENSES} }}
}}"""

DAYS = [0, -200, -40, 40]
FILTERS: list[dict[str, Any]] = [
    {},
    {"managedBy": ["EXTERNAL_ADMIN"], "countries": ["US", "DE"]},
    {"statuses": ["TRIAL", "SUSPENDED"]},
    {"products": ["CALLING"], "subscriptionTypes": ["SUBSCRIPTION"]},
    {"tags": ["vip", "key account"]},
    {"search": "acme"},
]


def same(found: Any, expected: Any) -> bool:
    """Equal, rates but for the last digits of a float."""
    if isinstance(expected, float):
        return bool(found == pytest.approx(expected, rel=1e-9, abs=1e-12))
    if isinstance(expected, Mapping):
        return found.keys() == expected.keys() and all(same(found[k], expected[k]) for k in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return bool(found == expected)


@pytest.mark.parametrize("email", [FULL, ASSIGNED, "read@partner.example"])
@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("product", ["MEETINGS", "CALLING"])
async def test_every_kpi_for_each_role_day_and_filter(
    world: World, email: str, days: int, product: str
) -> None:
    on = world.today + timedelta(days=days)
    for narrowing in FILTERS:
        answer = await world.api.ask(
            email, EVERYTHING, {"asOf": on.isoformat(), "filter": narrowing, "product": product}
        )
        found = answer.data["analytics"]
        visible = oracle.filter_customers(world.book, world.visible(email), narrowing, on)
        assert found["asOf"] == on.isoformat()
        assert same(found["overview"], analytics.overview(world.book, visible, None, on)), narrowing
        sections = found["licenses"]
        assert same(sections["overview"], analytics.overview(world.book, visible, product, on)), narrowing
        for name, calculate in ORACLE.items():
            expected = {k: v for k, v in calculate(world.book, visible, product, on).items() if k != "rows"}
            assert same(sections[name], expected), (name, narrowing)


@pytest.mark.parametrize("days", [0, -200, 40])
@pytest.mark.parametrize("section", list(ORACLE))
async def test_every_row_with_every_field(world: World, section: str, days: int) -> None:
    on = world.today + timedelta(days=days)
    query = f"""query ($asOf: Date, $after: String) {{ analytics(asOf: $asOf) {{ licenses(product: MEETINGS) {{
      {section} {{ rows(first: 400, after: $after) {{
        totalCount nodes {{ {ROW} }} pageInfo {{ hasNextPage endCursor }} }} }}
    }} }} }}"""
    rows: list[dict[str, Any]] = []
    after, more = None, True
    while more:
        answer = await world.api.ask(FULL, query, {"asOf": on.isoformat(), "after": after})
        page = answer.data["analytics"]["licenses"][section]["rows"]
        rows += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    expected = ORACLE[section](world.book, world.visible(FULL), "MEETINGS", on)["rows"]
    expected = analytics.order_license_rows(world.book, expected, "CUSTOMER_NAME", "ASC")
    assert page["totalCount"] == len(rows) == len(expected)
    for found, row in zip(rows, expected, strict=True):
        assert same(found, row), (found, row)


ORDERS = ["CUSTOMER_NAME", "ADDED_ON", "END_DATE", "TOTAL", "ASSIGNED", "USED", "ASSIGNMENT_RATE", "OVERAGE"]


@pytest.mark.parametrize("field", ORDERS)
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_rows_in_every_order_forwards_and_backwards(world: World, field: str, direction: str) -> None:
    expected = analytics.renewing(world.book, world.visible(ASSIGNED), "CALLING", world.today)["rows"]
    ordered = analytics.order_license_rows(world.book, expected, field, direction)
    keys = [(row["customer"]["customerId"], row["displayId"]) for row in ordered]
    for forward in (True, False):
        page = "first: 7, after: $cursor" if forward else "last: 7, before: $cursor"
        query = f"""query ($cursor: String) {{ analytics {{ licenses(product: CALLING) {{ renewing {{
          rows({page}, orderBy: {{field: {field}, direction: {direction}}}) {{
            nodes {{ customer {{ customerId }} displayId }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }} }} }}"""
        found: list[tuple[str, str]] = []
        cursor, more = None, True
        while more:
            answer = await world.api.ask(ASSIGNED, query, {"cursor": cursor})
            rows = answer.data["analytics"]["licenses"]["renewing"]["rows"]
            nodes = [(node["customer"]["customerId"], node["displayId"]) for node in rows["nodes"]]
            found = found + nodes if forward else nodes + found
            info = rows["pageInfo"]
            cursor = info["endCursor"] if forward else info["startCursor"]
            more = info["hasNextPage"] if forward else info["hasPreviousPage"]
        assert found == keys


@pytest.mark.parametrize("days", [1, 7, 30, 91])
async def test_windows_of_other_lengths_in_one_operation(world: World, days: int) -> None:
    query = """query ($days: Int!) { analytics { licenses(product: MEETINGS) {
      expiring(days: $days) { customers assignmentRate usageRate }
      usual: expiring { customers assignmentRate usageRate }
      renewing(days: $days) { customers assignmentRate usageRate }
      recentlyAdded(days: $days) { newCustomers totalLicenses }
    } } }"""
    found = (await world.api.ask(FULL, query, {"days": days})).data["analytics"]["licenses"]
    visible, on = world.visible(FULL), world.today
    for name, length in (("expiring", days), ("usual", 90), ("renewing", days), ("recentlyAdded", days)):
        calculate: Any = ORACLE["expiring" if name == "usual" else name]
        expected = calculate(world.book, visible, "MEETINGS", on, length)
        assert same(found[name], {k: v for k, v in expected.items() if k != "rows"})


@pytest.mark.parametrize("interval", ["DAY", "WEEK", "MONTH"])
@pytest.mark.parametrize("email", [FULL, ASSIGNED])
async def test_distribution_trend(world: World, interval: str, email: str) -> None:
    query = """query ($asOf: Date, $interval: Interval!, $filter: CustomerFilter) {
      analytics(asOf: $asOf, filter: $filter) { licenses(product: CALLING) {
        distributionTrend(interval: $interval, last: 20) { from to total assigned used } } } }"""
    for days in (0, -37, 40):
        for narrowing in ({}, {"managedBy": ["EXTERNAL_ADMIN"]}):
            on = world.today + timedelta(days=days)
            variables = {"asOf": on.isoformat(), "interval": interval, "filter": narrowing}
            found = (await world.api.ask(email, query, variables)).data["analytics"]["licenses"]
            visible = oracle.filter_customers(world.book, world.visible(email), narrowing, on)
            expected = analytics.distribution_trend(world.book, visible, "CALLING", on, interval, 20)
            assert found["distributionTrend"] == expected


async def test_trends_of_customers_and_of_lines(world: World) -> None:
    query = """query ($asOf: Date) { customers(first: 60, orderBy: {field: CREATED_ON, direction: ASC}) { nodes {
      customerId
      licenseTrend(last: 9, asOf: $asOf) { from to total assigned used }
      meetings: licenseTrend(product: MEETINGS, interval: MONTH, last: 5, asOf: $asOf) { from to total assigned used }
      subscriptions { nodes { subscriptionId licenses { product
        trend(interval: DAY, last: 12, asOf: $asOf) { from to total assigned used } } } }
    } } }"""
    on = world.today - timedelta(days=3)
    nodes = (await world.api.ask(FULL, query, {"asOf": on.isoformat()})).data["customers"]["nodes"]
    for node in nodes:
        customer = node["customerId"]
        trend = oracle.customer_license_trend
        assert node["licenseTrend"] == trend(world.book, customer, None, "WEEK", 9, on=on)
        assert node["meetings"] == trend(world.book, customer, "MEETINGS", "MONTH", 5, on=on)
        for subscription in node["subscriptions"]["nodes"]:
            for license in subscription["licenses"]:
                line = next(
                    row
                    for row in world.book.rows["licenses"]
                    if row["subscription_id"] == subscription["subscriptionId"]
                    and row["product"] == license["product"]
                )
                assert license["trend"] == oracle.trend(world.book, [line], "DAY", 12, on=on)


async def test_statements_do_not_grow_with_rows_and_nothing_unselected_is_computed(world: World) -> None:
    on = (
        world.today - timedelta(days=11)
    ).isoformat()  # a day that no other test asks for: nothing is remembered
    both = EVERYTHING.replace(LICENSES, f"a: {LICENSES} b: {LICENSES.replace('$product', 'CALLING')}")
    # The viewer; the overview of both products; all figures of each.
    assert (await world.api.ask(FULL, both, {"product": "MEETINGS", "asOf": on})).statements == 4
    alone = "query ($asOf: Date) { analytics(asOf: $asOf) { licenses(product: MEETINGS) { overage { customers } } } }"
    assert (await world.api.ask(FULL, alone, {"asOf": on})).statements == 2
    for field in OVERVIEW.split():
        one = f"query ($asOf: Date) {{ analytics(asOf: $asOf) {{ overview {{ {field} }} }} }}"
        assert (await world.api.ask(FULL, one, {"asOf": on})).statements == 2
    nothing = (
        "query ($asOf: Date) { analytics(asOf: $asOf) { asOf licenses(product: MEETINGS) { product } } }"
    )
    assert (await world.api.ask(FULL, nothing, {"asOf": on})).statements == 1
    counts = set()
    for first in (10, 100):
        query = f"""{{ analytics {{ licenses(product: MEETINGS) {{ renewing {{
          rows(first: {first}) {{ nodes {{ {ROW} }} }} }} }} }} }}"""
        counts.add((await world.api.ask(FULL, query)).statements)
    # The viewer, the rows with their states and customers, their subscriptions; no trial renews.
    assert counts == {3}


async def test_analytics_are_closed_to_the_help_desk(world: World) -> None:
    answer = await world.api.ask("desk@partner.example", "{ analytics { overview { totalCustomers } } }")
    assert answer.body["data"] == {"analytics": None}
    assert answer.codes == ["FORBIDDEN"]


async def test_random_operations_agree(world: World) -> None:
    """Tagged groups compared by aliases in one operation, at random days."""
    draw = random.Random(3)
    for _ in range(10):
        on = world.today + timedelta(days=draw.randint(-250, 60))
        tag = draw.choice(["VIP", "key account", "ärger"])
        query = f"""query ($asOf: Date) {{
          tagged: analytics(asOf: $asOf, filter: {{tags: ["{tag}"]}}) {{ overview {{ {OVERVIEW} }} }}
          all: analytics(asOf: $asOf) {{ overview {{ {OVERVIEW} }} }} }}"""
        data = (await world.api.ask(ASSIGNED, query, {"asOf": on.isoformat()})).data
        visible = world.visible(ASSIGNED)
        tagged = oracle.filter_customers(world.book, visible, {"tags": [tag]}, on)
        assert data["tagged"]["overview"] == analytics.overview(world.book, tagged, None, on)
        assert data["all"]["overview"] == analytics.overview(world.book, visible, None, on)
