"""Calling analytics over HTTP, for each role, filter and day, against the independent calculation."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kpis.calling import latest_completed_week
from models.enums import PartnerRole
from resolvers.calling import CallingCustomers, Trends
from resolvers.context import Context
from resolvers.database import Database
from resolvers.ids import GlobalIds
from resolvers.viewer import Viewer
from server.database import opened
from tests import oracle
from tests.oracle import calling
from tests.test_analytics import FILTERS, same
from tests.world import ASSIGNED, FULL, World

pytest_plugins = ["tests.calling_fixture"]

IDS = GlobalIds(bytes(16))
READ_ONLY = "read@partner.example"
DAYS = [0, -7, -200, 40]

WEEK = "week { start end }"
USAGE = f"{WEEK} licensedUsers activeUsers usersByVolume {{ volume users }} calls minutes"
QUALITY = f"{WEEK} good poor unknown poorRate"
QUEUES = (
    f"{WEEK} calls answered overflowed abandoned averageAnswerSeconds averageWaitBeforeAbandonmentSeconds"
    " abandonedRate"
)
FEATURE = "feature calls customers callsChange"
EVERYTHING = f"""query ($asOf: Date, $filter: CustomerFilter) {{ analytics(asOf: $asOf, filter: $filter) {{ calling {{
  {WEEK}
  usage {{ trend {{ {USAGE} }} }}
  quality {{ trend {{ {QUALITY} }} byEndpointType {{ endpointType figures {{ {QUALITY} }} }} }}
  features {{ {WEEK} usage {{ {FEATURE} }} }}
  queues {{ figures {{ {QUEUES} }} trend {{ {QUEUES} }} }}
}} }} }}"""


@pytest.mark.parametrize("email", [FULL, ASSIGNED, READ_ONLY])
@pytest.mark.parametrize("days", DAYS)
async def test_every_figure_for_each_role_day_and_filter(calling_world: World, email: str, days: int) -> None:
    world = calling_world
    on = world.today + timedelta(days=days)
    week = calling.latest_completed_week(on)
    for narrowing in FILTERS:
        answer = await world.api.ask(email, EVERYTHING, {"asOf": on.isoformat(), "filter": narrowing})
        found = answer.data["analytics"]["calling"]
        visible = oracle.filter_customers(world.book, world.visible(email), narrowing, on)
        queue_trend = calling.queue_trend(world.book, visible, on)
        expected = {
            "week": calling.week_fields(week),
            "usage": {"trend": calling.usage_trend(world.book, visible, on)},
            "quality": {
                "trend": calling.quality_trend(world.book, visible, on),
                "byEndpointType": calling.quality_by_endpoint_type(world.book, visible, on),
            },
            "features": {
                "week": calling.week_fields(week),
                "usage": calling.feature_usage(world.book, visible, on),
            },
            "queues": {"figures": queue_trend[-1], "trend": queue_trend},
        }
        assert same(found, expected), narrowing


ROWS: dict[str, tuple[str, Callable[..., list[dict[str, Any]]]]] = {
    "usage": (f"figures {{ {USAGE} }} activeUsersChange callsChange", calling.usage_by_customer),
    "quality": (f"figures {{ {QUALITY} }} poorRateChange", calling.quality_by_customer),
    "queues": (f"figures {{ {QUEUES} }} featureCalls {{ {FEATURE} }}", calling.queues_by_customer),
}


@pytest.mark.parametrize("email", [FULL, ASSIGNED])
@pytest.mark.parametrize("days", [0, -200])
@pytest.mark.parametrize("section", list(ROWS))
async def test_every_customer_with_every_figure(
    calling_world: World, section: str, days: int, email: str
) -> None:
    world = calling_world
    on = world.today + timedelta(days=days)
    fields, calculate = ROWS[section]
    query = f"""query ($asOf: Date, $filter: CustomerFilter) {{ analytics(asOf: $asOf, filter: $filter) {{ calling {{
      {section} {{ customers(first: 1000) {{ totalCount nodes {{ customer {{ customerId name }} {fields} }} }} }}
    }} }} }}"""
    for narrowing in FILTERS:
        answer = await world.api.ask(email, query, {"asOf": on.isoformat(), "filter": narrowing})
        page = answer.data["analytics"]["calling"][section]["customers"]
        visible = oracle.filter_customers(world.book, world.visible(email), narrowing, on)
        expected = calling.order_by_customer(calculate(world.book, visible, on), "CUSTOMER_NAME")
        assert page["totalCount"] == len(expected)
        assert same(page["nodes"], expected), narrowing


AT_PRESENT = "{ analytics { calling { %s } } }"
ORDERS = {
    "usage": ["CUSTOMER_NAME", "CALLS", "ACTIVE_USERS", "CALLS_CHANGE"],
    "quality": ["CUSTOMER_NAME", "POOR", "POOR_RATE"],
    "queues": ["CUSTOMER_NAME", "CALLS", "ABANDONED_RATE", "AVERAGE_ANSWER"],
}


@pytest.mark.parametrize(
    ("section", "field"), [(s, field) for s, fields in ORDERS.items() for field in fields]
)
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_customers_in_every_order_forwards_and_backwards(
    calling_world: World, section: str, field: str, direction: str
) -> None:
    world = calling_world
    email = FULL if section == "queues" else ASSIGNED
    rows = ROWS[section][1](world.book, world.visible(email), world.today)
    keys = [row["customer"]["customerId"] for row in calling.order_by_customer(rows, field, direction)]
    assert len(keys) > 20
    for forward in (True, False):
        page = "first: 17, after: $cursor" if forward else "last: 17, before: $cursor"
        query = f"""query ($cursor: String) {{ analytics {{ calling {{ {section} {{
          customers({page}, orderBy: {{field: {field}, direction: {direction}}}) {{
            nodes {{ customer {{ customerId }} }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }} }} }}"""
        found: list[str] = []
        cursor, more = None, True
        while more:
            answer = await world.api.ask(email, query, {"cursor": cursor})
            customers = answer.data["analytics"]["calling"][section]["customers"]
            nodes = [node["customer"]["customerId"] for node in customers["nodes"]]
            found = found + nodes if forward else nodes + found
            info = customers["pageInfo"]
            cursor = info["endCursor"] if forward else info["startCursor"]
            more = info["hasNextPage"] if forward else info["hasPreviousPage"]
        assert found == keys


OF_CUSTOMERS = f"""query ($asOf: Date) {{ customers(first: 150) {{ nodes {{ customerId
  calling(asOf: $asOf) {{ {WEEK} usage {{ {USAGE} }} quality {{ {QUALITY} }} queues {{ {QUEUES} }} }} }} }} }}"""


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("email", [FULL, ASSIGNED])
async def test_a_customers_own_figures(calling_world: World, email: str, days: int) -> None:
    world = calling_world
    on = world.today + timedelta(days=days)
    answer = await world.api.ask(email, OF_CUSTOMERS, {"asOf": on.isoformat()})
    for node in answer.data["customers"]["nodes"]:
        assert same(node["calling"], calling.customer_calling(world.book, node["customerId"], on)), node


async def test_statements_do_not_grow_with_rows_and_nothing_unselected_is_computed(
    calling_world: World,
) -> None:
    days = itertools.count(11)

    async def statements(query: str, fields: str = "") -> int:
        """On days that no other test asks for, so that nothing is remembered."""
        on = (calling_world.today - timedelta(weeks=next(days))).isoformat()
        if fields:
            query = f"query ($asOf: Date) {{ analytics(asOf: $asOf) {{ calling {{ {fields} }} }} }}"
        return (await calling_world.api.ask(FULL, query, {"asOf": on})).statements

    # The viewer; usage, quality, queues (the figures within their trend), endpoint types, features.
    assert await statements(EVERYTHING) == 6
    assert await statements(OF_CUSTOMERS) == 1 + 1 + 3
    assert await statements(OF_CUSTOMERS.replace("first: 150", "first: 10")) == 1 + 1 + 3
    assert await statements("", f"{WEEK} usage {{ trend {{ {WEEK} }} }}") == 1
    assert await statements("", "usage { trend(weeks: 3) { calls } two: trend(weeks: 2) { minutes } }") == 2
    for section, others in (("usage", 0), ("quality", 0), ("queues", 1)):
        nodes = f"nodes {{ customer {{ name }} {ROWS[section][0]} }}"
        # The viewer, the rows, their customers; for queues, the use of features.
        assert (
            await statements(AT_PRESENT % f"{section} {{ customers(first: 3) {{ {nodes} }} }}") == 3 + others
        )
        assert (
            await statements(AT_PRESENT % f"{section} {{ customers(first: 99) {{ {nodes} }} }}") == 3 + others
        )


async def test_licenses_are_read_only_for_who_is_licensed(calling_world: World) -> None:
    async with opened(calling_world.database_url, calling_world.api.settings) as client:
        for names, read in (({"calls", "minutes", "active_users"}, False), ({"licensed_users"}, True)):
            database = Database(client)
            context = Context(database, Viewer(1, 1, frozenset({PartnerRole.PARTNER_FULL_ADMIN})), IDS)
            arguments = (("customers", CallingCustomers(calling_world.today)),)
            week = latest_completed_week(calling_world.today)
            await Trends("usage").load(context, [((week,), frozenset(names))], arguments, frozenset())
            assert ("license_usage" in database.texts[0]) is read


@pytest.mark.parametrize("weeks", [1, 3, 52])
async def test_trends_of_other_lengths_in_one_operation(calling_world: World, weeks: int) -> None:
    world = calling_world
    query = f"""query ($weeks: Int!) {{ analytics {{ calling {{
      usage {{ trend(weeks: $weeks) {{ {USAGE} }} usual: trend {{ calls }} }}
      queues {{ trend(weeks: $weeks) {{ {QUEUES} }} figures {{ calls }} }} }} }} }}"""
    answer = await world.api.ask(FULL, query, {"weeks": weeks})
    found, visible = answer.data["analytics"]["calling"], world.visible(FULL)
    assert same(found["usage"]["trend"], calling.usage_trend(world.book, visible, world.today, weeks))
    usual = calling.usage_trend(world.book, visible, world.today)
    assert found["usage"]["usual"] == [{"calls": week["calls"]} for week in usual]
    assert same(found["queues"]["trend"], calling.queue_trend(world.book, visible, world.today, weeks))


@pytest.mark.parametrize("weeks", [0, -1, 521])
async def test_trends_that_make_no_sense(calling_world: World, weeks: int) -> None:
    query = f"{{ analytics {{ calling {{ quality {{ trend(weeks: {weeks}) {{ good }} }} }} }} }}"
    answer = await calling_world.api.ask(FULL, query)
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["message"].startswith("weeks:")


async def test_calling_is_closed_to_the_help_desk(calling_world: World) -> None:
    query = "{ customers(first: 2) { nodes { name calling { usage { calls } } } } analytics { asOf } }"
    answer = await calling_world.api.ask("desk@partner.example", query)
    assert [node["calling"] for node in answer.body["data"]["customers"]["nodes"]] == [None, None]
    assert all(node["name"] for node in answer.body["data"]["customers"]["nodes"])
    assert answer.body["data"]["analytics"] is None
    assert set(answer.codes) == {"FORBIDDEN"}


@pytest.mark.parametrize(
    ("email", "allowed"),
    [
        (FULL, True),
        (ASSIGNED, True),
        (READ_ONLY, True),
        ("desk@partner.example", False),
        ("admin-desk@partner.example", True),
        ("read-desk@partner.example", True),
    ],
)
async def test_who_may_see_calling(calling_world: World, email: str, allowed: bool) -> None:
    query = "{ customers(first: 1) { nodes { calling { week { start } } } } analytics { calling { week { start } } } }"
    answer = await calling_world.api.ask(email, query)
    assert (answer.codes == []) is allowed
    if not allowed:
        assert answer.codes == ["FORBIDDEN", "FORBIDDEN"]
