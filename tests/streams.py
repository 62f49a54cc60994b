"""Readers of subscriptions: over server-sent events by httpx, over WebSocket by websockets, and npm's clients."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError
from websockets.typing import Subprotocol

JS = Path(__file__).parent / "js"


class Reader:
    """Results as they come in."""

    def __init__(self) -> None:
        self.results: asyncio.Queue[Any] = asyncio.Queue()

    async def next(self, seconds: float = 10) -> Any:
        async with asyncio.timeout(seconds):
            return await self.results.get()

    async def nothing(self, seconds: float = 0.5) -> None:
        """Nothing comes for a while."""
        with pytest.raises(TimeoutError):
            await self.next(seconds)


async def open_streams(address: str) -> int:
    """How many subscriptions a server has open, by its own count."""
    async with httpx.AsyncClient() as http:
        text = (await http.get(f"{address}/metrics")).text
    found = re.search(r"^partnerhub_streams\S* (\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


async def until_open(address: str, streams: int) -> None:
    async with asyncio.timeout(10):
        while await open_streams(address) != streams:  # noqa: ASYNC110 - the server is another process
            await asyncio.sleep(0.02)


@asynccontextmanager
async def reading(
    protocol: str, address: str, token: str, query: str, variables: dict[str, Any] | None = None
) -> AsyncIterator[Reader]:
    """A reader that the server has begun to serve."""
    before = await open_streams(address)
    reader = Reader()
    task = asyncio.create_task(READERS[protocol](reader, address, token, query, variables))
    try:
        await until_open(address, before + 1)
        yield reader
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()):
            raise error


async def by_sse(
    reader: Reader, address: str, token: str, query: str, variables: dict[str, Any] | None = None
) -> None:
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    async with (
        httpx.AsyncClient(timeout=None) as http,
        http.stream(
            "POST", f"{address}/graphql", json={"query": query, "variables": variables}, headers=headers
        ) as response,
    ):
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        event = None
        async for line in response.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event == "next":
                await reader.results.put(json.loads(value))
            elif event == "complete":
                await reader.results.put({"complete": True})
                event = None


async def by_socket(
    reader: Reader, address: str, token: str, query: str, variables: dict[str, Any] | None = None
) -> None:
    url = address.replace("http", "ws", 1) + "/graphql"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:

        async def send(**message: Any) -> None:
            await socket.send(json.dumps(message))

        await send(type="connection_init", payload={"Authorization": f"Bearer {token}"})
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        await send(id="1", type="subscribe", payload={"query": query, "variables": variables})
        with suppress(ConnectionClosedError):  # the token's end
            async for text in socket:
                message = json.loads(text)
                match message["type"]:
                    case "next":
                        await reader.results.put(message["payload"])
                    case "error":
                        await reader.results.put({"errors": message["payload"]})
                    case "complete":
                        await reader.results.put({"complete": True})


async def _by_npm(
    protocol: str, reader: Reader, address: str, token: str, query: str, variables: dict[str, Any] | None
) -> None:
    node = shutil.which("node")
    assert node
    process = await asyncio.create_subprocess_exec(
        node,
        "listen.mjs",
        cwd=JS,
        env=os.environ
        | {"PROTOCOL": protocol, "URL": f"{address}/graphql", "TOKEN": token, "QUERY": query}
        | {"VARIABLES": json.dumps(variables or {})},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        async for line in process.stdout:
            await reader.results.put(json.loads(line))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def by_npm_socket(
    reader: Reader, address: str, token: str, query: str, variables: dict[str, Any] | None = None
) -> None:
    await _by_npm("ws", reader, address, token, query, variables)


async def by_npm_sse(
    reader: Reader, address: str, token: str, query: str, variables: dict[str, Any] | None = None
) -> None:
    await _by_npm("sse", reader, address, token, query, variables)


READERS = {"sse": by_sse, "ws": by_socket, "graphql-sse": by_npm_sse, "graphql-ws": by_npm_socket}
WITHOUT_NPM = not shutil.which("node") or not (JS / "node_modules" / "graphql-ws").is_dir()
PROTOCOLS = [
    "sse",
    "ws",
    *(
        pytest.param(
            client, marks=pytest.mark.skipif(WITHOUT_NPM, reason="needs Node 20 and `npm ci` in tests/js")
        )
        for client in ("graphql-sse", "graphql-ws")
    ),
]
