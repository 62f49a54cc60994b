"""What values may be at most: searches, alternatives, and those that are full of mistakes."""

from typing import Any

import pytest
from graphql import GraphQLError

from executor.documents import Documents
from resolvers.criteria import words
from schema import build_schema
from tests.limits import ask, holding_nobody_up
from tests.server import Api

pytest_plugins = ["tests.limits_fixture"]


@pytest.mark.parametrize(
    "searched",
    [
        "customers(filter: {search: $text})",
        "subscriptions(filter: {search: $text})",
        "partnerAdmins(filter: {search: $text})",
        "tags(search: $text)",
        "resources(search: $text)",
    ],
)
async def test_a_search_is_no_longer_than_it_may_be(limited: Api, searched: str) -> None:
    query = f"query ($text: String!) {{ found: {searched} {{ totalCount }} }}"
    longest = await ask(limited, query, {"text": "a" * 500})
    assert longest.data == {"found": {"totalCount": 0}}
    refused = await ask(limited, query, {"text": "a" * 501})
    assert refused.codes == ["BAD_USER_INPUT"]
    assert refused.errors[0]["message"] == "search: takes 500 characters at most, and was given 501."


@pytest.mark.parametrize(
    "variables",
    [
        {"filter": {f"none{n}": 1 for n in range(15_000)}},
        {"ids": [{}] * 60_000},
        {"ids": [None] * 45_000},
    ],
    ids=["fields", "values", "nulls"],
)
async def test_variables_full_of_mistakes_hold_nobody_up(limited: Api, variables: dict[str, Any]) -> None:
    query = """query ($filter: CustomerFilter, $ids: [ID!] = []) {
        customers(filter: $filter) { totalCount } nodes(ids: $ids) { id }
    }"""
    answer = await ask(limited, query, variables)
    assert answer.codes == ["BAD_USER_INPUT"] * 5
    assert answer.body["extensions"]["moreErrors"] == 46


async def test_a_document_full_of_mistakes_holds_nobody_up(limited: Api) -> None:
    """Each of them would be told with the whole object that it is in."""
    fields = " ".join(f"none{n}: 1" for n in range(1200))
    query = f"{{ customers(filter: {{ {fields} }}) {{ totalCount }} }}"
    answer = await ask(limited, query)
    assert answer.codes == ["BAD_USER_INPUT"] * 5
    told = 150_000 // len(query) + 1  # the last says that there may be more
    assert answer.body["extensions"]["moreErrors"] == told - 5


def test_numbers_that_are_nearly_too_long_hold_nobody_up() -> None:
    documents = Documents(build_schema(), tokens=100)
    with holding_nobody_up(1.6e6), pytest.raises(GraphQLError, match="more than 100 tokens"):
        documents.parse("{ a(b: [" + ("9" * 999 + " ") * 250 + "]) }")


def test_a_word_that_is_repeated_is_looked_for_once() -> None:
    """Each row is compared with each word, until one does not occur."""
    assert words("a b " * 100 + "A B c") == ("a", "b", "c")


@pytest.mark.parametrize(
    ("filtered", "values", "name"),
    [
        ("customers(filter: {tags: $values})", "[String!]", "tags"),
        ("customers(filter: {partnerAdminIds: $values})", "[ID!]", "partnerAdminIds"),
        ("subscriptions(filter: {statuses: $values})", "[SubscriptionStatus!]", "statuses"),
        ("analytics(filter: {countries: $values})", "[String!]", "countries"),
    ],
)
async def test_alternatives_are_no_more_than_they_may_be(
    limited: Api, filtered: str, values: str, name: str
) -> None:
    below = "overview { __typename }" if filtered.startswith("analytics") else "totalCount"
    query = f"query ($values: {values}) {{ found: {filtered} {{ {below} }} }}"
    value = "ACTIVE" if name == "statuses" else "x"
    if name != "partnerAdminIds":
        assert (await ask(limited, query, {"values": [value] * 500})).codes == []
    refused = await ask(limited, query, {"values": [value] * 501})
    assert refused.codes == ["BAD_USER_INPUT"]
    assert refused.errors[0]["message"] == f"{name}: takes 500 values at most, and was given 501."
