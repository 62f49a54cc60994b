"""GraphQL over WebSocket (`graphql-transport-ws`)."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import NonJsonMessageReceived
from strawberry.schema import BaseSchema
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from resolvers.errors import Unauthenticated
from server import record
from server.persisted import Sent
from server.requests import BadRequest, operation_of
from server.service import Service
from server.socket_handler import Handler
from server.streams import results
from server.tokens import authorization

_INIT_WAIT = timedelta(seconds=10)


class _Messages(ASGIWebSocketAdapter):
    """Lets pass only what has the protocol's form, since the handler takes that for granted."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
            yield _well_formed(message)

    # The token's end closes the socket beside what is read and run, which may have something to say just then.

    async def send_json(self, message: Mapping[str, object]) -> None:
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            await super().send_json(message)

    async def close(self, code: int, reason: str) -> None:
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            with suppress(WebSocketDisconnect):  # the client has gone
                await super().close(code, reason)


def _well_formed(message: Any) -> object:
    """The message as the handler takes it: what was sent for the document in the place of its text."""
    match message:
        case {"type": "subscribe", "id": str(), "payload": payload}:
            try:
                operation = operation_of(payload)
            except BadRequest:
                raise NonJsonMessageReceived from None
            return {**message, "payload": {**payload, "query": operation.sent}}
        case {"type": "connection_init", "payload": None}:
            return {"type": "connection_init"}
        case {"type": "subscribe"}:
            raise NonJsonMessageReceived
        case {"type": "complete", "id": str()}:
            return message
        case {"type": str() as type} if type != "complete":
            return message
    raise NonJsonMessageReceived


class Sockets(GraphQL[Any, None]):
    """Signs in by `connection_init`, whose payload holds `Authorization`."""

    websocket_adapter_class = _Messages
    graphql_transport_ws_handler_class = Handler

    def __init__(self, service: Service) -> None:
        super().__init__(
            _Signed(service),  # type: ignore[arg-type]
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=_INIT_WAIT,
            max_subscriptions_per_connection=None,  # the handler's own bound has a code
            allowed_origins=service.settings.cors_origins,
        )
        self._service = service

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data, default=str).decode()

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        return {"authorization": authorization(request.headers)}

    async def on_ws_connect(self, context: Any) -> dict[str, object]:
        parameters = context.get("connection_params") or {}
        given = parameters.get("Authorization") or parameters.get("authorization")
        if isinstance(given, str):
            context["authorization"] = given
        try:
            signed_in = await self._service.authenticate(context["authorization"])
        except Unauthenticated as error:
            record.now().ended("unauthenticated")
            raise ConnectionRejectionError({"message": error.message, "code": error.code}) from None
        context["expires_at"] = signed_in.expires_at
        context["longest_seconds"] = self._service.settings.request_timeout_seconds
        return {}


class _Signed:
    """The schema as a socket's operations run on it: each signed in anew, with loaders of its own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._schema: BaseSchema = service.executor.schema

    def __getattr__(self, name: str) -> Any:
        return getattr(self._schema, name)

    async def stream(
        self, query: Sent, *, context_value: Any, root_value: None, **operation: Any
    ) -> AsyncGenerator[ExecutionResult, None]:
        return results(self._service, context_value["authorization"], query, **operation)
