"""An operation's results as they come: one of a query or mutation, any number of a subscription."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from executor.documents import NoOperation
from resolvers.errors import BadUserInput, Unauthenticated
from server import record, tracing
from server.errors import code_of, outcome, present, wrapped
from server.execution import NotAllowed
from server.persisted import Sent
from server.record import Record
from server.service import Service


async def results(
    service: Service, authorization: str | None, sent: Sent, **operation: Any
) -> AsyncGenerator[ExecutionResult, None]:
    """The results, until the client, the token or the admin's access is gone. What fails is the last of them."""
    seen = record.begin(record.now().request_id)
    try:
        async with aclosing(_results(service, authorization, sent, operation, seen)) as found:
            async for result in found:
                yield result
    except NoOperation as error:
        yield _failed(BadUserInput(str(error)), seen)
    except Exception as error:
        yield _failed(error, seen)
    except (asyncio.CancelledError, GeneratorExit):
        seen.ended("client_gone")
        raise


async def _results(
    service: Service, authorization: str | None, sent: Sent, operation: dict[str, Any], seen: Record
) -> AsyncGenerator[ExecutionResult, None]:
    try:
        with tracing.span("graphql.operation") as seen.span:
            identity = await service.verifier.identity(authorization)
            async with service.turn():
                context = await service.context(identity, service.database())
                query = service.persisted.text(sent, context.viewer)
                result = await service.executor.run(query, context, **operation)
            seen.ended(outcome(result))
        # The protocols end an operation that was refused before it ran by a message of its own.
        yield result if result.way else PreExecutionError(data=None, errors=result.errors)
        return
    except NotAllowed:
        pass  # a subscription
    stream = service.executor.subscribe(query, context, **operation)
    try:
        async with aclosing(stream):
            while True:
                try:
                    async with asyncio.timeout(context.expires_at - time.time()):
                        event = await anext(stream)
                except StopAsyncIteration:
                    seen.ended("ok")
                    return
                except TimeoutError:
                    raise Unauthenticated("The access token has expired.") from None
                await service.authenticate(authorization)  # the admin may have lost access since
                yield event
    except (asyncio.CancelledError, GeneratorExit):  # the client has heard enough
        seen.ended("ok")
        raise


def _failed(error: Exception, seen: Record) -> PreExecutionError:
    """The operation's end by an error of its own."""
    shown = present(wrapped(error))
    seen.ended(code_of(shown))
    return PreExecutionError(data=None, errors=[shown])
