"""GraphQL over WebSocket (`graphql-transport-ws`)."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.schema import BaseSchema
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from resolvers.errors import Unauthenticated
from server.execution import present
from server.service import Service


class Sockets(GraphQL[Any, None]):
    """Signs in by `connection_init`, whose payload holds `Authorization`."""

    def __init__(self, service: Service) -> None:
        super().__init__(
            _Signed(service),  # type: ignore[arg-type]
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
        )
        self._service = service

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        return {"authorization": request.headers.get("authorization")}

    async def on_ws_connect(self, context: Any) -> dict[str, object]:
        parameters = context.get("connection_params") or {}
        given = parameters.get("Authorization") or parameters.get("authorization")
        if isinstance(given, str):
            context["authorization"] = given
        try:
            await self._service.authenticate(context["authorization"])
        except Unauthenticated as error:
            raise ConnectionRejectionError({"message": error.message, "code": error.code}) from None
        return {}


class _Signed:
    """The schema as a socket's operations run on it: each signed in anew, with loaders of its own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._schema: BaseSchema = service.executor.schema

    def __getattr__(self, name: str) -> Any:
        return getattr(self._schema, name)

    async def stream(self, query: str, *, context_value: Any, **operation: Any) -> AsyncGenerator[Any, None]:
        context = await self._service.authenticate(context_value["authorization"])
        results = await self._schema.stream(query, context_value=context, **operation)
        return self._presented(results)

    async def _presented(self, results: Any) -> AsyncGenerator[Any, None]:
        async with aclosing(results):
            async for result in results:
                if result.errors:
                    result.errors = [present(error) for error in result.errors]
                yield result
