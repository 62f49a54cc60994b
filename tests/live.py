"""A service as a process, and sockets on it that are signed in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from server.settings import load_settings
from server.tokens import issue_token
from tests import office
from tests.server import command, environment

IMPORTED = "subscription { dataImported { finishedAt rows tables } }"
PROTOCOL = Subprotocol("graphql-transport-ws")


@dataclass
class Service:
    """`partnerhub serve` as a process, with two partners in its database."""

    address: str
    database_url: str
    folder: Path

    def token(self, partner: str = office.PARTNER, email: str = office.FULL, seconds: int = 3600) -> str:
        settings = load_settings(data_dir=self.folder)
        return issue_token(settings, partner=partner, email=email, seconds=seconds)

    @asynccontextmanager
    async def socket(self, payload: Any = None, **options: Any) -> AsyncIterator[ClientConnection]:
        """A socket that has sent its `connection_init`."""
        address = self.address.replace("http://", "ws://") + "/graphql"
        async with connect(address, subprotocols=[PROTOCOL], open_timeout=30, **options) as socket:
            await send(socket, type="connection_init", payload=payload)
            yield socket

    @asynccontextmanager
    async def signed_in(self, token: str | None = None) -> AsyncIterator[ClientConnection]:
        async with self.socket({"Authorization": f"Bearer {token or self.token()}"}) as socket:
            assert await receive(socket) == {"type": "connection_ack", "payload": {}}
            yield socket

    def import_tag(self, name: str, partner: str = office.PARTNER) -> None:
        folder = self.folder / f"tag {name}"
        folder.mkdir()
        (folder / "tags.csv").write_text(f"name,description\n{name},\n")
        env = environment(self.database_url, self.folder)
        command("import", str(folder), "--partner", partner, env=env, cwd=self.folder)


async def send(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps({name: value for name, value in message.items() if value is not None}))


async def receive(socket: ClientConnection, seconds: float = 10) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), seconds))


async def subscribe(socket: ClientConnection, query: str, id: str = "1", **payload: Any) -> None:
    await send(socket, type="subscribe", id=id, payload={"query": query} | payload)


async def closed(socket: ClientConnection) -> int | None:
    """The code by which the server closes the socket."""
    with pytest.raises(ConnectionClosed):
        while True:
            await asyncio.wait_for(socket.recv(), 10)
    return socket.close_code


async def listening(socket: ClientConnection) -> None:
    """Wait until a subscription that was sent before stands: messages are taken up in their order."""
    await subscribe(socket, "{ __typename }", id="after")
    assert (await receive(socket))["type"] == "next"
    assert await receive(socket) == {"type": "complete", "id": "after"}
