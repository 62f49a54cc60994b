"""What a compiled request has made is freed as it ends: in a circle, large answers would stay for the collector."""

import asyncio
import gc
import os
import weakref
from collections.abc import Iterator

import pytest

from executor.documents import Documents
from schema import build_schema
from server import circles, disconnect, soon
from server.execution import Result
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


@pytest.mark.parametrize("query", QUERIES)
async def test_no_answer_is_kept_when_it_was_given(api: Api, query: str) -> None:
    """Prepared statements have timers of minutes, each within what the request that set it off was known by."""
    for _ in range(3):
        await api.ask(office.FULL, query)
    soon.now()
    gc.collect()
    assert [one for one in gc.get_objects() if isinstance(one, Result)] == []


async def test_what_documents_leave_is_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circles, "SECONDS", 0.01)
    gc.disable()
    documents = Documents(build_schema(), most=1)
    collecting = asyncio.create_task(circles.collected(documents))
    try:
        await asyncio.sleep(0)
        texts = [f"{{ a{n}: __typename }}" for n in range(circles.MANY)]
        read = [weakref.ref(documents.parse(text)) for text in texts]
        assert all(document() for document in read), "they are circles"
        await asyncio.sleep(0.1)
        assert [document() is None for document in read] == [True] * (len(read) - 1) + [False]
    finally:
        gc.enable()
        collecting.cancel()
