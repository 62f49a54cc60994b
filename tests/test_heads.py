"""Heads of requests that take long to come, sent to the HTTP server as the service runs it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from server import heads
from server.heads import BoundedHeads

SECONDS = 0.4
REQUEST = b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n"
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _answers(scope: Any, receive: Any, send: Any) -> None:
    """Answers `/slow` in two parts, between which each head would have had to come."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    if scope["path"] == "/slow":
        await send({"type": "http.response.body", "body": b"o", "more_body": True})
        await asyncio.sleep(4 * SECONDS)
        await send({"type": "http.response.body", "body": b"k"})
        return
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(heads, "HEAD_SECONDS", SECONDS)
    config = uvicorn.Config(_answers, port=0, http=BoundedHeads, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - it has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def asked(connection: Connection, path: bytes = b"/", after: bytes = b"") -> bytes:
    reader, writer = connection
    writer.write(REQUEST % path + after)
    await reader.readuntil(b"\r\n\r\n")
    return await reader.readexactly(2)


async def closed(connection: Connection) -> None:
    """Who still writes as the server closes is told so by a reset, not by an end."""
    async with asyncio.timeout(10 * SECONDS):
        with suppress(ConnectionResetError):
            assert await connection[0].read() == b""
    connection[1].close()


async def test_who_says_nothing_is_not_waited_for(port: int) -> None:
    await closed(await asyncio.open_connection("127.0.0.1", port))


@pytest.mark.parametrize("answered", [0, 1, 2])
async def test_a_head_that_does_not_come_to_an_end_is_not_waited_for(port: int, answered: int) -> None:
    connection = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(answered):
        assert await asked(connection) == b"ok"

    async def drip() -> None:
        for byte in (REQUEST % b"/").strip() + b"\r\nX-Slow: " + b"a" * 1000:
            connection[1].write(bytes([byte]))
            await asyncio.sleep(SECONDS / 20)

    dripping = asyncio.create_task(drip())
    await closed(connection)
    dripping.cancel()


async def test_who_is_answered_for_long_is_kept(port: int) -> None:
    """Some clients send an empty line behind what they ask."""
    connection = await asyncio.open_connection("127.0.0.1", port)
    assert await asked(connection, b"/slow", b"\r\n") == b"ok"
    assert await asked(connection) == b"ok"
    connection[1].close()


async def test_who_asks_now_and_then_is_kept(port: int) -> None:
    connection = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(4):
        assert await asked(connection) == b"ok"
        await asyncio.sleep(1.5 * SECONDS)
    connection[1].close()
