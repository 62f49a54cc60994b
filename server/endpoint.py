"""`/graphql`: who asks, what they ask, and the answer."""

import time

from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from executor.documents import NoOperation
from resolvers.context import Context
from resolvers.errors import ClientError, Unauthenticated
from server import record
from server.disconnect import ClientGone, WhileConnected
from server.errors import code_of, outcome, present, wrapped
from server.event_stream import EventStream, only
from server.execution import ONE_ANSWER, NotAllowed, Result
from server.graphiql import page
from server.headers import header
from server.refused import NotNow
from server.requests import (
    EVENTS_TYPE,
    RESPONSE_TYPE,
    BadRequest,
    Operation,
    accepts_events,
    answer,
    answers_as,
    error_answer,
    payload,
    read_body,
    read_operation,
    wants_page,
)
from server.service import Service
from server.sockets import Sockets
from server.streams import results
from server.tokens import authorization

_READS = frozenset({OperationType.QUERY})


class Endpoint:
    """The ASGI application of `/graphql`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._sockets = Sockets(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._sockets(scope, receive, send)
            return
        try:
            response = await self._respond(Request(scope, receive))
        except ClientGone:
            record.now().ended("client_gone")
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if request.method not in ("GET", "POST"):
            return error_answer(
                "Use GET or POST.", "BAD_USER_INPUT", "application/json", 405, Allow="GET, POST"
            )
        if wants_page(request) and self._service.settings.graphiql:
            return page()
        media_type = answers_as(request)
        if media_type is None:
            message = f"Accept application/json or {RESPONSE_TYPE}."
            return error_answer(message, "BAD_USER_INPUT", "application/json", 406)
        service = self._service
        try:
            body = await read_body(request, service.settings, service.timers)
            database = service.database()
            async with WhileConnected(request.receive, service.timers):
                # Before there is a place: who waits for an identity provider is to take nobody's.
                identity = await service.verifier.identity(authorization(request.headers))
                async with service.turn(), database.kept():
                    context = await service.context(identity, database)
                    context.idempotency_key = header(request.scope, b"idempotency-key")
                    return await self._run(request, read_operation(request, body), context, media_type)
        except NotNow as error:
            record.now().ended(code_of(error))
            return answer({"errors": [error.formatted]}, media_type, error.status, **_retry(error))
        except Unauthenticated as error:
            record.now().ended("unauthenticated")
            challenge = {"WWW-Authenticate": 'Bearer realm="partnerhub"'}
            return error_answer(error.message, error.code, media_type, 401, **challenge)
        except BadRequest as error:
            record.now().ended("bad_user_input")
            return error_answer(str(error), "BAD_USER_INPUT", media_type, error.status, **error.headers)
        except ClientGone:
            raise
        except Exception as error:  # such as a database that is gone when it is asked who the viewer is
            failure = present(wrapped(error))
            record.now().ended(code_of(failure))
            failure.extensions = {**(failure.extensions or {}), "retryAfter": 1}
            return answer({"errors": [failure.formatted]}, media_type, 503, **{"Retry-After": "1"})

    async def _run(
        self, request: Request, operation: Operation, context: Context, media_type: str
    ) -> Response:
        try:
            query = self._service.persisted.text(operation.sent, context.viewer)
        except ClientError as error:
            record.now().ended(code_of(error))
            refused = Result(data=None, errors=[error])
            if media_type == EVENTS_TYPE:
                return EventStream(only(refused), self._service.timers)
            return answer(payload(refused), media_type, _status(refused, media_type))
        try:
            result = await self._service.executor.run(
                query,
                context,
                variable_values=operation.variables,
                operation_name=operation.operation_name,
                allowed=_READS if request.method == "GET" else ONE_ANSWER,
            )
        except NotAllowed:
            if request.method == "GET":
                raise BadRequest(
                    "GET runs queries only; send the operation by POST.", 405, Allow="POST"
                ) from None
            if not accepts_events(request):
                message = (
                    f"A subscription needs a WebSocket (graphql-transport-ws) or `Accept: {EVENTS_TYPE}`."
                )
                raise BadRequest(message) from None
            return EventStream(
                results(
                    self._service,
                    authorization(request.headers),
                    operation.sent,
                    variable_values=operation.variables,
                    operation_name=operation.operation_name,
                ),
                self._service.timers,
            )
        except NoOperation as error:
            raise BadRequest(str(error)) from None
        seconds = time.perf_counter() - record.now().started
        record.now().ended(outcome(result))
        if media_type == EVENTS_TYPE and not result.not_now:
            return EventStream(only(result), self._service.timers)
        timing = (
            f"total;dur={seconds * 1000:.1f}, db;dur={context.database.seconds * 1000:.1f}"
            f';desc="{context.database.statements} statements"'
        )
        headers = {"Server-Timing": timing, "X-Executor": result.way or "none"}
        if result.not_now:
            headers |= _retry(result.not_now)
        return answer(payload(result), media_type, _status(result, media_type), **headers)


def _retry(error: NotNow) -> dict[str, str]:
    return {"Retry-After": str(error.retry_after)}


def _status(result: Result, media_type: str) -> int:
    """200, but for a request that was refused as a whole, where the client knows how to read that."""
    if result.not_now:
        return result.not_now.status
    refused = result.data is None and result.errors and not any(error.path for error in result.errors)
    return 400 if refused and media_type == RESPONSE_TYPE else 200
