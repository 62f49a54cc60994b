"""A socket's protocol, as the library speaks it but for what bounds it."""

from typing import Any

from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import SubscribeMessage

from server.errors import code_of
from server.limits import TooComplex
from server.record import Record, now

MOST_OPERATIONS = 100
"""How many run at once on one socket."""


class Handler(BaseGraphQLTransportWSHandler[Any, None]):
    """One socket."""

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
