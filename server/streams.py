"""An operation's results as they come: one of a query or mutation, any number of a subscription."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from resolvers.errors import BadUserInput, Unauthenticated
from server import metrics
from server.execution import code_of, present, wrapped
from server.service import Service

_ONE_ANSWER = {OperationType.QUERY, OperationType.MUTATION}


async def results(
    service: Service, authorization: str | None, query: str, **operation: Any
) -> AsyncGenerator[ExecutionResult, None]:
    """The results, until the client, the token or the admin's access is gone. What fails is the last of them."""
    try:
        async with aclosing(_results(service, authorization, query, operation)) as found:
            async for result in found:
                yield result
    except CannotGetOperationTypeError:
        yield _failed(BadUserInput("operationName: name one of the document's operations."))
    except Exception as error:
        yield _failed(error)


async def _results(
    service: Service, authorization: str | None, query: str, operation: dict[str, Any]
) -> AsyncGenerator[ExecutionResult, None]:
    context = await service.authenticate(authorization)
    try:
        started = time.perf_counter()
        result = await service.executor.run(query, context, allowed_operation_types=_ONE_ANSWER, **operation)
        metrics.observe(result.errors or [], time.perf_counter() - started, context.database)
        yield result
        return
    except InvalidOperationTypeError:
        pass  # a subscription
    stream: Any = await service.executor.schema.stream(query, context_value=context, **operation)
    async with aclosing(stream):
        while True:
            try:
                async with asyncio.timeout(context.expires_at - time.time()):
                    result = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise Unauthenticated("The access token has expired.") from None
            await service.authenticate(authorization)  # the admin may have lost access since
            if result.errors:
                result.errors = [present(error) for error in result.errors]
            yield result


def _failed(error: Exception) -> PreExecutionError:
    """The operation's end by an error of its own."""
    shown = present(wrapped(error))
    metrics.count(code_of(shown))
    return PreExecutionError(data=None, errors=[shown])
