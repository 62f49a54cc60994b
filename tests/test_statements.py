"""How many SQL statements each example operation takes: as many for a hundred rows as for ten."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import asyncpg
import pytest
from graphql import (
    ArgumentNode,
    FieldNode,
    IntValueNode,
    NameNode,
    OperationDefinitionNode,
    parse,
    print_ast,
)

from ingest import run_import
from tests.row_files import write_rows
from tests.rows import random_rows
from tests.server import Api, served
from tests.test_examples import EXAMPLES, text_of

FULL = "full@partner.example"
MANY = 120

# The viewer's own statement is among them.
STATEMENTS = {
    "01_whoami": 4,
    "02_customers_by_urgency": 4,
    "03_expiring_soon": 6,
    "04_customer_detail": 11,
    "05_license_overage": 5,
    "06_trials_ending": 6,
    "07_tags_and_admins": 10,
    "08_resources_and_help": 6,
    "09_license_analytics": 7,
    "10_calling_analytics": 7,
}


@pytest.fixture(scope="module")
async def api(
    database_url: str, data_dir: Path, today: date, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Api]:
    """A partner with more than a hundred of everything that the examples list."""
    rows = random_rows(5, 800, today) | {"calls": []}
    rows["license_usage"] = [row | {"assigned": 5000} for row in rows["license_usage"]]
    rows["tags"] += [{"name": f"tag {number}"} for number in range(MANY)]
    rows["partner_admins"] += [
        {
            "email": f"{number}@partner.example",
            "display_name": f"Admin {number}",
            "roles": ["PARTNER_ADMIN"],
            "active": True,
        }
        for number in range(MANY)
    ]
    rows["resources"] += [
        row | {"resource_id": f"{row['resource_id']}-{number}", "quick_link": True, "trending": True}
        for number in range(MANY // 10)
        for row in rows["resources"]
    ]
    folder = tmp_path_factory.mktemp("statements")
    write_rows(rows, folder, "parquet")
    connection = await asyncpg.connect(database_url)
    await run_import(connection, folder, partner="Busy")
    await connection.execute(
        "UPDATE tags t SET created_by_id = a.id FROM partner_admins a JOIN partners p ON p.id = a.partner_id"
        " WHERE p.name = 'Busy' AND t.partner_id = p.id AND a.email = $1",
        FULL,
    )
    await connection.close()
    async with served(database_url, data_dir, "Busy", remembered_values=0) as api:
        yield api


def with_pages_of(query: str, rows: int) -> str:
    """The operation with this size for every page that its root fields ask for."""
    document = parse(query)
    definitions = tuple(
        resized(found, rows) if isinstance(found, OperationDefinitionNode) else found
        for found in document.definitions
    )
    return print_ast(replace(document, definitions=definitions))


def resized(operation: OperationDefinitionNode, rows: int) -> OperationDefinitionNode:
    first = ArgumentNode(name=NameNode(value="first"), value=IntValueNode(value=str(rows)))
    fields: list[FieldNode] = []
    for field in operation.selection_set.selections:
        assert isinstance(field, FieldNode)
        given = tuple(
            first if argument.name.value == "first" else argument for argument in field.arguments or ()
        )
        fields.append(replace(field, arguments=given))
    text = "".join(map(print_ast, fields))
    variables = tuple(
        variable
        for variable in operation.variable_definitions or ()
        if f"${variable.variable.name.value}" in text
    )
    selection_set = replace(operation.selection_set, selections=tuple(fields))
    return replace(operation, selection_set=selection_set, variable_definitions=variables)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.stem)
async def test_ten_rows_take_as_many_statements_as_a_hundred(api: Api, example: Path) -> None:
    query = text_of(example)
    for rows in (10, 100):
        answer = await api.ask(FULL, with_pages_of(query, rows))
        for name, found in answer.data.items():
            if isinstance(found, dict) and "nodes" in found:
                assert len(found["nodes"]) == rows, name
        assert answer.statements == STATEMENTS[example.stem]


async def test_the_examples_as_they_are_take_no_more(api: Api) -> None:
    assert {example.stem for example in EXAMPLES} == set(STATEMENTS), "an example without a number of its own"
    for example in EXAMPLES:
        answer = await api.ask(FULL, text_of(example))
        assert answer.data
        assert answer.statements <= STATEMENTS[example.stem], example.stem


@pytest.mark.skipif(
    os.environ.get("PARTNERHUB_EXECUTOR") == "graphql-core",
    reason="graphql-core asks for each relation by itself",
)
async def test_one_customer_takes_a_statement_a_level(api: Api) -> None:
    """However many rows hang on it, and whatever is asked of them."""
    found = await api.ask(
        FULL, "{ customers(first: 50) { nodes { customerId subscriptions { totalCount } } } }"
    )
    ids = [node["customerId"] for node in found.data["customers"]["nodes"]]
    counts = {node["subscriptions"]["totalCount"] for node in found.data["customers"]["nodes"]}
    assert {0, 1} < counts, "some without, some with several"
    below = "licenses { product } orders(first: ROWS) { nodes { orderId } } invoices { totalCount }"
    for selection, statements in {
        "name": 2,
        "name tags { name }": 3,
        "name tags { name } partnerAdmins { email } licenses { total } trials { totalCount }": 3,
        f"name tags {{ name }} subscriptions(first: ROWS) {{ nodes {{ {below} }} }}": 4,
    }.items():
        for rows in (1, 100):
            query = f"query($id: String) {{ customer(customerId: $id) {{ {selection} }} }}".replace(
                "ROWS", str(rows)
            )
            answers = [await api.ask(FULL, query, {"id": id}) for id in ids]
            assert all(answer.data["customer"] for answer in answers)
            taken = {answer.statements for answer in answers}
            assert taken <= {statements, statements - 1}, "a level that has no rows asks nothing below"
            assert statements in taken


async def test_what_is_not_selected_is_not_fetched(api: Api) -> None:
    for select, statements in {
        "name": 2,
        "name statuses nextRenewalOn products": 2,
        "name tags { name }": 3,
        "name tags { name } partnerAdmins { email }": 4,
        "name subscriptions(first: 2) { nodes { status } }": 3,
        "name subscriptions(first: 2) { nodes { status } totalCount }": 3,
        "name trials(last: 1) { totalCount }": 3,
        "name tags { customers(first: 1) { totalCount } }": 5,
        "name a: licenses { total } b: licenses { total }": 3,
        'name a: licenses { total } b: licenses(asOf: "2026-01-01") { total }': 4,
        "name tags @include(if: false) { name }": 2,
        "name ... on Customer @skip(if: true) { tags { name } }": 2,
    }.items():
        for rows in (1, 100):
            answer = await api.ask(FULL, f"{{ customers(first: {rows}) {{ nodes {{ {select} }} }} }}")
            assert len(answer.data["customers"]["nodes"]) == rows
            assert answer.statements == statements, select
