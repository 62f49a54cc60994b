"""What operations cost, and what one may cost at most."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kpis.policy import Policy
from schema import build_schema
from server.cost import LENGTHS
from tests import office
from tests.server import Api, served


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


# The same keys for objects of two types: an answer does not tell which type each is of.
OF_TWO_TYPES = {
    "the same keys": "... on Customer { a: licenses { total } } ... on Partner { a: policy { termsVersion } }",
    "one more, left out": (
        "... on Customer { a: licenses { total } n: name @skip(if: true) }"
        " ... on Partner { a: policy { termsVersion } }"
    ),
    "through an interface": (
        "... on Node { id ... on Partner { id a: policy { termsVersion } } ... on Customer { a: licenses { total } } }"
    ),
}


@pytest.mark.parametrize("way", ["compiled", "graphql-core"])
async def test_objects_of_two_types_count_each_by_its_own(
    database_url: str, data_dir: Path, way: str
) -> None:
    of_customer, of_partner = 1 + 10, 1 + 1
    async with served(database_url, data_dir, office.PARTNER, roomy=False, executor=way) as api:
        ids = "{ customers(first: 1) { nodes { id } } viewer { partner { id } } }"
        found = (await api.ask(office.FULL, ids)).data
        customer, partner = found["customers"]["nodes"][0]["id"], found["viewer"]["partner"]["id"]
        for name, body in OF_TWO_TYPES.items():
            query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {body} }} }}"
            for asked, actual in (
                ([customer], of_customer),
                ([partner], of_partner),
                ([partner, customer, partner], of_partner + of_customer + of_partner),
            ):
                answer = await api.ask(office.FULL, query, {"ids": asked})
                assert answer.headers["x-executor"] == way
                assert answer.cost and answer.cost["actual"] == actual, name


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


_TAGGED = "customers { subscriptions(first: 5) { nodes { id } } } userErrors { code }"
_LITERAL = 'input: { customerIds: ["a", "b", "c"], tagIds: ["t"] }'
CHANGES_OF_SEVERAL: dict[str, tuple[str, dict[str, Any], int]] = {
    "an input": (
        f"mutation ($in: TagCustomersInput!) {{ addTags(input: $in) {{ {_TAGGED} }} }}",
        {"in": {"customerIds": ["c"] * 700, "tagIds": ["t"] * 9}},
        700,
    ),
    "the same operation with another input": (
        f"mutation ($in: TagCustomersInput!) {{ addTags(input: $in) {{ {_TAGGED} }} }}",
        {"in": {"customerIds": ["c"] * 2, "tagIds": ["t"] * 9}},
        2,
    ),
    "an input by default": (
        f"mutation ($in: TagCustomersInput! = {_LITERAL[7:]}) {{ addTags(input: $in) {{ {_TAGGED} }} }}",
        {},
        3,
    ),
    "a list of an input": (
        'mutation ($ids: [ID!]!) { assignPartnerAdmin(input: { customerIds: $ids, adminId: "a" })'
        f" {{ {_TAGGED} }} }}",
        {"ids": ["c"] * 30},
        30,
    ),
    "written out": (f"mutation {{ removeTags({_LITERAL}) {{ {_TAGGED} }} }}", {}, 3),
}


@pytest.mark.parametrize(
    ("query", "variables", "customers"), CHANGES_OF_SEVERAL.values(), ids=CHANGES_OF_SEVERAL
)
async def test_a_change_may_cost_what_all_its_customers_do(
    api: Api, query: str, variables: dict[str, Any], customers: int
) -> None:
    assert (await costs(api, query, variables))[0] == 1 + customers * (1 + 1 + 5) + 10


async def test_a_change_that_may_cost_too_much_is_not_made(api: Api) -> None:
    found = await api.ask(office.FULL, "{ customers(first: 1) { nodes { id } } }")
    id_ = found.data["customers"]["nodes"][0]["id"]
    tag = 'mutation { createTag(input: {name: "Dear"}) { tag { id } } }'
    tag_id = (await api.ask(office.FULL, tag)).data["createTag"]["tag"]["id"]
    change = """mutation ($ids: [ID!]!, $tags: [ID!]!) { addTags(input: {customerIds: $ids, tagIds: $tags}) {
      customers { subscriptions(first: 100) { nodes { id } } } } }"""
    answer = await api.ask(office.FULL, change, {"ids": [id_] * 1000, "tags": [tag_id]})
    assert answer.codes == ["QUERY_TOO_COMPLEX"]
    assert answer.statements == 1
    worn = await api.ask(office.FULL, '{ customers(filter: {tags: ["Dear"]}) { totalCount } }')
    assert worn.data["customers"]["totalCount"] == 0


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
