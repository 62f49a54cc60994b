"""A WebSocket that has signed in, and what comes back on it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol


@asynccontextmanager
async def signed_in(address: str, token: str) -> AsyncIterator[ClientConnection]:
    url = address.replace("http", "ws", 1) + "/graphql"
    protocol = Subprotocol("graphql-transport-ws")
    async with connect(url, subprotocols=[protocol], open_timeout=30, max_size=None) as socket:
        payload = {"Authorization": f"Bearer {token}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert (await receive(socket))["type"] == "connection_ack"
        yield socket


async def receive(socket: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), 30))


async def ask(socket: ClientConnection, id: str, **payload: Any) -> None:
    await socket.send(json.dumps({"type": "subscribe", "id": id, "payload": payload}))


async def first(socket: ClientConnection, id: str = "1", **payload: Any) -> Any:
    """The first message that comes for an operation."""
    await ask(socket, id, **payload)
    message = await receive(socket)
    while message.get("id") != id:
        message = await receive(socket)
    return message
