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
from server import metrics
from server.execution import NotAllowed, code_of, present, wrapped
from server.service import Service


async def results(
    service: Service, authorization: str | None, query: str, **operation: Any
) -> AsyncGenerator[ExecutionResult, None]:
    """The results, until the client, the token or the admin's access is gone. What fails is the last of them."""
    try:
        async with aclosing(_results(service, authorization, query, operation)) as found:
            async for result in found:
                yield result
    except NoOperation as error:
        yield _failed(BadUserInput(str(error)))
    except Exception as error:
        yield _failed(error)


async def _results(
    service: Service, authorization: str | None, query: str, operation: dict[str, Any]
) -> AsyncGenerator[ExecutionResult, None]:
    context = await service.authenticate(authorization)
    try:
        started = time.perf_counter()
        result = await service.executor.run(query, context, **operation)
        metrics.observe(result.errors or [], time.perf_counter() - started, context.database)
        # The protocols end an operation that was refused before it ran by a message of its own.
        yield result if result.way else PreExecutionError(data=None, errors=result.errors)
        return
    except NotAllowed:
        pass  # a subscription
    stream = service.executor.subscribe(query, context, **operation)
    async with aclosing(stream):
        while True:
            try:
                async with asyncio.timeout(context.expires_at - time.time()):
                    event = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise Unauthenticated("The access token has expired.") from None
            await service.authenticate(authorization)  # the admin may have lost access since
            yield event


def _failed(error: Exception) -> PreExecutionError:
    """The operation's end by an error of its own."""
    shown = present(wrapped(error))
    metrics.count(code_of(shown))
    return PreExecutionError(data=None, errors=[shown])
