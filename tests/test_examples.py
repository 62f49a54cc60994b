"""The example operations, run on the demo as a newcomer runs them."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import OperationDefinitionNode, parse

from tests.conftest import LiveServer

EXAMPLES = sorted((Path(__file__).parent.parent / "examples" / "operations").glob("*.graphql"))


def text_of(example: Path) -> str:
    return example.read_text(encoding="utf-8")


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for found in value.values() for leaf in leaves(found)]
    if isinstance(value, list):
        return [leaf for found in value for leaf in leaves(found)]
    return [] if value is None else [value]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.stem)
async def test_an_example_answers_on_the_demo(live_server: LiveServer, example: Path) -> None:
    query = text_of(example)
    async with httpx.AsyncClient(timeout=60) as client:
        response = await client.post(
            f"{live_server.url}/graphql",
            json={"query": query},
            headers={"Authorization": f"Bearer {live_server.token}"},
        )

    assert response.status_code == 200
    body = response.json()
    assert "errors" not in body
    for name, found in body["data"].items():
        assert leaves(found), f"{name} shows nothing"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_is_one_named_operation_that_runs_without_variables(example: Path) -> None:
    document = parse(text_of(example))

    [operation] = [found for found in document.definitions if isinstance(found, OperationDefinitionNode)]
    assert operation.name
    for variable in operation.variable_definitions or ():
        assert variable.default_value or variable.type.kind != "non_null_type"


async def test_an_example_that_takes_a_search_finds_by_it(live_server: LiveServer) -> None:
    [example] = [file for file in EXAMPLES if "resources" in file.stem]
    async with httpx.AsyncClient(timeout=60) as client:
        response = await client.post(
            f"{live_server.url}/graphql",
            json={"query": text_of(example), "variables": {"search": "CALLING"}},
            headers={"Authorization": f"Bearer {live_server.token}"},
        )

    found = response.json()["data"]["found"]
    assert 0 < found["totalCount"] <= 20
    for node in found["nodes"]:
        assert "calling" in " ".join([node["title"], node["summary"], *node["tags"]]).lower()
