"""What a compiled request has made is freed as it ends: in a circle, large answers would stay for the collector."""

import asyncio
import gc
import os
from collections.abc import Iterator

import pytest

from server import disconnect, soon
from tests import office
from tests.server import Api

pytest_plugins = ["tests.office_fixture"]

OURS = {"server", "schema", "executor", "resolvers", "kpis"}
QUERIES = [
    "{ customers { nodes { id name tags { name } subscriptions { nodes { id } } } pageInfo { endCursor } } }",
    "{ noSuchField }",
]


@pytest.fixture
def garbage() -> Iterator[list[object]]:
    """What the collector finds, kept to be looked at."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    yield gc.garbage
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


@pytest.mark.skipif(
    os.environ.get("PARTNERHUB_EXECUTOR") == "graphql-core", reason="graphql-core makes circles of its own"
)
@pytest.mark.parametrize("watched", [False, True], ids=["fast", "watched"])
@pytest.mark.parametrize("query", QUERIES)
async def test_a_request_leaves_no_circles(
    api: Api, garbage: list[object], monkeypatch: pytest.MonkeyPatch, query: str, watched: bool
) -> None:
    if watched:  # as one that takes long
        monkeypatch.setattr(disconnect, "_AFTER_SECONDS", 0)
    await api.ask(office.FULL, query)
    await asyncio.sleep(0.01)
    soon.now()
    gc.collect()
    garbage.clear()
    for _ in range(3):
        await api.ask(office.FULL, query)
    await asyncio.sleep(0.01)
    soon.now()
    gc.collect()
    assert [type(one).__qualname__ for one in garbage if type(one).__module__.split(".")[0] in OURS] == []
