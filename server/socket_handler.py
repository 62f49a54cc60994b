"""A socket's protocol, as the library speaks it but for what bounds it."""

import asyncio
import time
from typing import Any

from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    SubscribeMessage,
)

from server.errors import code_of
from server.limits import TooComplex
from server.record import Record, now

MOST_OPERATIONS = 100
"""How many run at once on one socket."""
FORBIDDEN = 4403
"""The code by which the library closes a socket whose token is not good."""


class Handler(BaseGraphQLTransportWSHandler[Any, None]):
    """One socket, until its token ends."""

    _ending: asyncio.Task[None] | None = None

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        await super().handle_connection_init(message)
        if self.connection_acknowledged and self._ending is None:
            self._ending = asyncio.create_task(self._end())

    async def _end(self) -> None:
        """Close it when the token ends; what runs then is let end, as it is over HTTP: subscriptions do at once."""
        await asyncio.sleep(self.context["expires_at"] - time.time())
        running = [operation.task for operation in self.operations.values() if operation.task]
        if running:
            await asyncio.wait(running, timeout=self.context["longest_seconds"])
        await self.websocket.close(FORBIDDEN, "The access token has expired")

    async def shutdown(self) -> None:
        if self._ending:
            self._ending.cancel()
        await super().shutdown()

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        known = message["id"] in self.operations
        if not self.connection_acknowledged or known or len(self.operations) < MOST_OPERATIONS:
            await super().handle_subscribe(message)
            return
        error = TooComplex(
            f"{MOST_OPERATIONS} operations run on this WebSocket, which is the most."
            " End one of them (`complete`) before the next, or open another WebSocket."
        )
        Record(now().request_id).ended(code_of(error))
        await self.send_message({"type": "error", "id": message["id"], "payload": [error.formatted]})
