"""What operations cost, what they may cost, and that it is used up and comes back."""

import asyncio
import json
import math
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kpis.policy import Policy
from resolvers.viewer import Viewer
from schema import build_schema
from server import rate
from server.cost import LENGTHS
from server.database import connect
from server.rate import Buckets, Rates
from server.refused import RateLimited
from server.settings import load_settings
from server.tokens import issue_token
from tests import office
from tests.server import Answer, Api, environment, served, serving


@pytest.fixture(scope="module")
async def api(database_url: str, data_dir: Path) -> AsyncIterator[Api]:
    """The service with the limits that it has by default."""
    await office.fill(database_url)
    async with served(database_url, data_dir, office.PARTNER, roomy=False) as api:
        yield api


async def costs(api: Api, query: str, variables: dict[str, Any] | None = None) -> tuple[int, int]:
    """What was requested and what it really was."""
    answer = await api.ask(office.FULL, query, variables)
    assert answer.cost, answer.body
    return answer.cost["requested"], answer.cost["actual"]


def nested(outer: str, inner: str) -> str:
    return f"{{ customers({outer}) {{ nodes {{ subscriptions({inner}) {{ nodes {{ id }} }} }} }} }}"


# Forty customers, each with one subscription that has no license lines; no tags, no trials.
PRICES: dict[str, tuple[str, int, int]] = {
    "scalars cost nothing": ("{ __typename }", 0, 0),
    "objects": ("{ viewer { partner { name policy { expiringSoonDays } } } }", 3, 3),
    "what is not there": ('{ customer(customerId: "none") { id name } }', 1, 0),
    "a page of the default size": ("{ customers { nodes { id } } }", 1 + 25, 1 + 25),
    "a page of its own size": ("{ customers(first: 30) { nodes { id } } }", 1 + 30, 1 + 30),
    "a page that is not full": ("{ customers(last: 90) { nodes { id } } }", 1 + 90, 1 + 40),
    "an empty page": ("{ trials(first: 0) { nodes { id } } }", 1, 1),
    "edges are objects too": ("{ customers(first: 2) { edges { cursor node { id } } } }", 1 + 2 * 2, 1 + 2 * 2),
    "information about the page": ("{ customers(first: 2) { pageInfo { hasNextPage } } }", 2, 2),
    "pages in pages": (nested("first: 10", "first: 5"), 1 + 10 * (1 + 1 + 5), 1 + 10 * (1 + 1 + 1)),
    "a list bound by a rule": ("{ customers(first: 3) { nodes { tags { id } } } }", 1 + 3 * (1 + 20), 1 + 3),
    "products bound license lines": (
        "{ subscriptions(first: 3) { nodes { licenses { id } } } }",
        1 + 3 * (1 + 7),
        1 + 3,
    ),
    "a list that nothing bounds": ("{ helpDesks { name } }", 10, 0),
    "fields merged": (
        "{ customers(first: 2) { nodes { id } nodes { name } } customers(first: 2) { nodes { country } } }",
        3,
        3,
    ),
    "by aliases": ("{ a: customers(first: 2) { nodes { id } } b: customers(first: 3) { nodes { id } } }", 7, 7),
    "by fragments": (
        "{ ...f ...f } fragment f on Query { customers(first: 2) { ...g } }"
        " fragment g on CustomerConnection { nodes { id } }",
        3,
        3,
    ),
    "what is left out": (
        "{ customers(first: 2) { nodes @skip(if: true) { id } } a: viewer @include(if: false) { permissions } }",
        1,
        1,
    ),
    "left out in one place of two": (
        "{ customers(first: 2) @skip(if: true) { nodes { id } } customers(first: 2) { pageInfo { hasNextPage } } }",
        2,
        2,
    ),
    "what is counted": ("{ customers(first: 2) { totalCount } a: tags { totalCount } }", 22, 22),
    "what is summed, for each": (
        "{ customers(first: 3) { nodes { licenses { total } licenseTrend(last: 5) { total } } } }",
        1 + 3 * (1 + 10 + 5 * 10),
        1 + 3 * (1 + 10 + 5 * 10),
    ),
    "a trend of the default length": (
        "{ analytics { calling { usage { trend { calls } } } } }",
        3 + 8 * 10,
        3 + 8 * 10,
    ),
    "sections of KPIs": (
        "{ analytics { overview { totalCustomers } licenses(product: CALLING) { expiring { customers } } } }",
        1 + 10 + 1 + 10,
        1 + 10 + 1 + 10,
    ),
    "introspection": ("{ __schema { types { name fields { name } } } __type(name: \"Query\") { name } }", 20, 20),
}  # fmt: skip


@pytest.mark.parametrize(("query", "requested", "actual"), PRICES.values(), ids=PRICES)
async def test_what_an_operation_costs(api: Api, query: str, requested: int, actual: int) -> None:
    assert await costs(api, query) == (requested, actual)


@pytest.mark.parametrize("way", ["compiled", "graphql-core"])
async def test_both_ways_of_running_count_alike(database_url: str, data_dir: Path, way: str) -> None:
    async with served(database_url, data_dir, office.PARTNER, roomy=False, executor=way) as api:
        for name, (query, _, actual) in PRICES.items():
            answer = await api.ask(office.FULL, query)
            assert answer.headers["x-executor"] == way or "introspection" in name
            assert answer.cost and answer.cost["actual"] == actual, name


async def test_what_hangs_on_objects_of_several_types_is_what_the_dearest_costs(api: Api) -> None:
    found = await api.ask(office.FULL, "{ customers(first: 3) { nodes { id } } viewer { partner { id } } }")
    ids = [node["id"] for node in found.data["customers"]["nodes"]] + [found.data["viewer"]["partner"]["id"]]
    query = """query ($ids: [ID!]!) { nodes(ids: $ids) {
        id ... on Customer { subscriptions(first: 9) { nodes { id } } } ... on Partner { policy { termsVersion } }
    } }"""
    assert await costs(api, query, {"ids": ids}) == (4 * (1 + 1 + 9), 3 * (1 + 1 + 1) + (1 + 1))


async def test_sizes_by_variables(api: Api) -> None:
    query = """query ($n: Int = 7, $m: Int, $not: Boolean = true) {
        customers(first: $n) { nodes { subscriptions(first: $m) @skip(if: $not) { nodes { id } } } }
    }"""
    for variables, requested in (
        ({}, 1 + 7),
        ({"n": 3}, 1 + 3),
        ({"n": 3.0, "m": 2.0, "not": False}, 1 + 3 * (1 + 1 + 2)),  # GraphQL takes whole floats for integers
        ({"n": None, "not": False}, 1 + 25 * (1 + 1 + 25)),
        ({"n": 2, "m": 0, "not": False}, 1 + 2 * (1 + 1)),
    ):
        assert (await costs(api, query, variables))[0] == requested
    assert (await api.ask(office.FULL, query, {"n": 10**30})).codes == ["BAD_USER_INPUT"]
    assert (await api.ask(office.FULL, query, {"n": [1, 2]})).codes == ["BAD_USER_INPUT"]


async def test_a_mutation_costs_what_it_answers(api: Api) -> None:
    query = 'mutation { deleteTag(input: {id: "none"}) { deletedTagId userErrors { code } } }'
    answer = await api.ask(office.FULL, query)
    assert answer.cost and answer.cost["requested"] == 1 + 10


def test_the_lengths_are_those_of_lists_and_rules_that_exist() -> None:
    schema = build_schema()._schema
    for coordinate, length in LENGTHS.items():
        type_name, _, field_name = coordinate.partition(".")
        type_: Any = schema.get_type(type_name)
        assert str(type_.fields[field_name].type).startswith("[")
        assert isinstance(length, int) or length in Policy.model_fields


# ---- the most that one may cost -------------------------------------------------------------------


@pytest.mark.parametrize("by_variables", [False, True])
async def test_at_the_most_it_runs_and_past_it_is_refused(
    database_url: str, data_dir: Path, by_variables: bool
) -> None:
    query = "query ($n: Int!) { customers(first: $n) { nodes { id } } }"
    async with served(database_url, data_dir, office.PARTNER, roomy=False, maximum_cost=51) as api:
        for size, fits in ((50, True), (51, False)):
            text = query if by_variables else f"{{ customers(first: {size}) {{ nodes {{ id }} }} }}"
            answer = await api.ask(office.FULL, text, {"n": size} if by_variables else None)
            if fits:
                assert answer.data
                continue
            assert answer.codes == ["QUERY_TOO_COMPLEX"]
            assert "data" not in answer.body
            assert "may cost 52; 51 is the most" in answer.errors[0]["message"]
            assert "smaller pages" in answer.errors[0]["message"]
            assert answer.statements == 1  # who asks, and nothing else


async def test_the_most_by_default(api: Api) -> None:
    deep = "{ customers(first: 100) { nodes { tags { customers(first: %d) { nodes { id } } } } } }"
    fits, too_much = deep % 47, deep % 48
    assert (await costs(api, fits))[0] == 1 + 100 * (1 + 20 * (1 + 1 + 47))
    assert (await api.ask(office.FULL, too_much)).codes == ["QUERY_TOO_COMPLEX"]


# ---- what is used up ------------------------------------------------------------------------------

PAGE = "{ customers(first: 40) { nodes { id } } }"  # 41
SMALL: dict[str, Any] = {
    "admin_cost_capacity": 100,
    "admin_cost_per_second": 20,
    "partner_cost_capacity": 10**6,
}


async def test_it_is_told_what_remains_and_charged_what_it_really_cost(
    database_url: str, data_dir: Path
) -> None:
    settings = SMALL | {"admin_cost_capacity": 1000, "admin_cost_per_second": 1, "maximum_cost": 500}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        query = "{ customers(first: 100) { nodes { id } } }"
        first = (await api.ask(office.FULL, query)).cost
        second = (await api.ask(office.FULL, query)).cost
    assert first and second
    assert first == {"requested": 101, "actual": 41, "limit": 500, "remaining": 1000 - 41}
    assert 1000 - 2 * 41 <= second["remaining"] <= 1000 - 2 * 41 + 10


def refused(answer: Answer) -> int:
    """The seconds after which a refused client is to ask again."""
    assert (answer.status, answer.codes) == (429, ["RATE_LIMITED"])
    seconds = int(answer.headers["retry-after"])
    assert answer.errors[0]["extensions"]["retryAfter"] == seconds
    assert "data" not in answer.body
    return seconds


async def test_what_is_used_up_is_refused_until_it_is_back(database_url: str, data_dir: Path) -> None:
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **SMALL) as api:
        assert (await api.ask(office.FULL, PAGE)).status == 200
        answer = await api.ask(office.FULL, PAGE)
        for _ in range(100):
            if answer.status != 200:
                break
            answer = await api.ask(office.FULL, PAGE)
        seconds = refused(answer)
        assert answer.statements == 1  # who asks, and nothing else
        assert 1 <= seconds <= math.ceil(41 / 20)
        assert (await api.ask(office.ASSIGNED, PAGE)).status == 200  # another admin has their own
        await asyncio.sleep(seconds)
        assert (await api.ask(office.FULL, PAGE)).status == 200


async def test_a_partners_admins_share_what_their_partner_has(database_url: str, data_dir: Path) -> None:
    neighbour = "Office beside"
    await office.fill(database_url, neighbour)
    settings = {"partner_cost_capacity": 100, "partner_cost_per_second": 1, "maximum_cost": 100}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        assert (await api.ask(office.FULL, PAGE)).status == 200
        assert (await api.ask(office.DESK, PAGE)).status == 200
        refused(await api.ask(office.ASSIGNED, PAGE))
        refused(await api.ask(office.FULL, PAGE))
        assert (await api.ask(office.FULL, PAGE, partner=neighbour)).status == 200


async def test_many_at_once_do_not_use_more_than_there_is(database_url: str, data_dir: Path) -> None:
    settings = SMALL | {"admin_cost_capacity": 200, "admin_cost_per_second": 1}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        answers = await asyncio.gather(*(api.ask(office.FULL, PAGE) for _ in range(10)))
    assert sum(answer.status == 200 for answer in answers) == 4
    assert sum(answer.status == 429 for answer in answers) == 6


async def test_what_is_refused_costs_nothing(database_url: str, data_dir: Path) -> None:
    settings = SMALL | {"admin_cost_per_second": 1, "maximum_cost": 60}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        for query in ("{", "{ none }", "{ customers(first: 100) { nodes { id } } }"):
            for _ in range(20):
                assert (await api.ask(office.FULL, query)).status == 200
        answer = await api.ask(office.FULL, PAGE)
    assert answer.cost and answer.cost["remaining"] == 100 - 41


async def test_what_is_cut_off_costs_what_was_asked_for(database_url: str, data_dir: Path) -> None:
    settings = SMALL | {"admin_cost_per_second": 1, "request_timeout_seconds": 0.5}
    connection = await connect(database_url)
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        async with connection.transaction():
            await connection.execute("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
            answer = await api.ask(office.FULL, "{ customers(first: 90) { nodes { id } } }")
        assert answer.codes == ["TIMEOUT"]
        assert answer.cost and answer.cost["actual"] == 91
        refused(await api.ask(office.FULL, PAGE))
    await connection.close()


async def test_one_that_may_cost_more_than_fits_waits_for_a_full_bucket(
    database_url: str, data_dir: Path
) -> None:
    settings = SMALL | {"admin_cost_capacity": 30, "admin_cost_per_second": 30}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        assert (await api.ask(office.FULL, PAGE)).status == 200
        seconds = refused(await api.ask(office.FULL, PAGE))
        await asyncio.sleep(seconds)
        assert (await api.ask(office.FULL, PAGE)).status == 200


@pytest.mark.parametrize(
    "accept", ["application/json", "application/graphql-response+json", "text/event-stream"]
)
async def test_every_media_type_is_refused_alike(database_url: str, data_dir: Path, accept: str) -> None:
    settings = SMALL | {"admin_cost_per_second": 1}
    async with served(database_url, data_dir, office.PARTNER, roomy=False, **settings) as api:
        for _ in range(2):
            await api.ask(office.FULL, PAGE)
        refused(await api.ask(office.FULL, PAGE, accept=accept))


def test_each_of_several_processes_has_its_share(database_url: str, data_dir: Path, tmp_path: Path) -> None:
    """The flag counts, whatever a file says of workers."""
    (tmp_path / ".env").write_text("PARTNERHUB_WORKERS=1\n")
    settings = load_settings(data_dir=data_dir)
    token = issue_token(settings, partner=office.PARTNER, email=office.FULL, seconds=3600)
    env = environment(database_url, data_dir)
    with serving("serve", "--workers", "4", env=env, cwd=tmp_path) as address:
        body, headers = {"query": "{ __typename }"}, {"Authorization": f"Bearer {token}"}
        answer = httpx.post(f"{address}/graphql", json=body, headers=headers, timeout=60).json()
    assert answer["extensions"]["cost"]["remaining"] in (249_999, 250_000)


# ---- buckets by themselves ------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_fills_to_its_brim_and_no_further() -> None:
    clock = Clock()
    buckets = Buckets(100, 10, clock)
    assert buckets.level("a") == 100
    buckets.take("a", 130)
    assert (buckets.level("a"), buckets.wait(buckets.now("a"), 20), buckets.wait(buckets.now("a"), 0)) == (
        -30,
        5,
        3,
    )
    clock.now += 5
    assert (buckets.level("a"), buckets.wait(buckets.now("a"), 20)) == (20, 0)
    clock.now += 1000
    assert buckets.level("a") == 100
    buckets.take("a", 10)
    buckets.take("a", -50)
    assert buckets.level("a") == 100
    assert buckets.wait(buckets.now("a"), 1000) == 0  # all that it can hold is there


def test_buckets_that_are_full_again_are_forgotten() -> None:
    clock = Clock()
    buckets = Buckets(100, 10, clock)
    for n in range(1000):
        buckets.take(n, 50)
        clock.now += 1
        assert len(buckets) <= 6
    clock.now += 10
    buckets.take("last", 1)
    buckets.take("last", 1)
    buckets.take("last", 1)
    assert len(buckets) <= 1 + 6 - 4


def test_there_are_never_more_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "MOST_BUCKETS", 10)
    buckets = Buckets(100, 0.001, Clock())
    for n in range(50):
        buckets.take(n, 50)
    assert len(buckets) == 10
    assert buckets.level(49) == 50


def test_what_the_partner_refuses_takes_nothing_from_the_admin() -> None:
    clock = Clock()
    rates = Rates(Buckets(100, 1, clock), Buckets(50, 1, clock))
    viewer = Viewer(1, 1, frozenset())
    rates.charge(viewer, 30)
    with pytest.raises(RateLimited) as error:
        rates.charge(viewer, 30)
    assert error.value.retry_after == 10
    assert rates.remaining(viewer) == 20
    clock.now += 10
    charge = rates.charge(viewer, 30)
    assert rates.remaining(viewer) == 0
    charge.settle(1)
    assert rates.remaining(viewer) == 29
    assert json.dumps(error.value.formatted)


def test_of_two_that_are_empty_the_one_that_fills_later_says_when_to_come() -> None:
    clock = Clock()
    viewer = Viewer(1, 1, frozenset())
    for per_second, seconds in ((10, 1), (1, 5)):
        rates = Rates(Buckets(100, 1000, clock), Buckets(100, per_second, clock))
        rates.charge(viewer, 95)
        with pytest.raises(RateLimited) as error:
            rates.charge(viewer, 10)
        assert error.value.retry_after == seconds
