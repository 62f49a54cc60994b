"""Running an operation: limits first, known documents from caches, and errors as clients may see them."""

import asyncio
from collections.abc import AsyncGenerator, Container
from contextlib import aclosing
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult as CoreResult
from graphql import GraphQLError, OperationType, create_source_event_stream, execute
from graphql.execution import execute_subscription_event
from strawberry.execution import optimized_is_awaitable
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from executor.documents import Documents, Operation
from executor.run import Compiled
from resolvers.context import Context
from resolvers.errors import Forbidden
from schema import build_schema
from server import record, tracing
from server.cost import price_of
from server.errors import present
from server.introspection import Introspection
from server.limits import Maxima, TooComplex, check
from server.rate import Rates
from server.refused import NotNow
from server.timers import Timers, Within
from server.types_told import TellingTypes, types_told

KNOWN_DOCUMENTS = 500
LEAST_COST = 1
"""What the cheapest operation is charged: nothing is free of effort."""

ONE_ANSWER = frozenset({OperationType.QUERY, OperationType.MUTATION})
SUBSCRIPTIONS = frozenset({OperationType.SUBSCRIPTION})


class NotAllowed(Exception):
    """An operation of a type that this way of asking does not run."""

    def __init__(self, type: OperationType) -> None:
        super().__init__(f"{type.value} operations are not run this way.")
        self.type = type


@dataclass
class Result(ExecutionResult):
    """What a client gets, and how it came about."""

    operation: Operation | None = None
    """None where the document did not get so far."""
    way: str | None = None
    """What ran it: `compiled` or `graphql-core`; None for what was refused before."""
    requested: int | None = None
    """What it may cost; None where that was not worked out."""
    cost: int | None = None
    """What it really cost; None for what was refused before."""
    not_now: NotNow | None = None
    """Why it was not run at this moment, and when to ask again."""


class Executor:
    """The service's own pipeline: parse, limit, validate, run. What was parsed and validated once is remembered."""

    def __init__(
        self,
        maxima: Maxima,
        rates: Rates,
        *,
        tokens: int,
        errors: int,
        cost: int,
        timeout_seconds: float,
        at_once: int,
        timers: Timers,
        compiled: bool = True,
        introspection: Introspection,
    ) -> None:
        self.schema = build_schema()
        self.documents = Documents(self.schema, most=KNOWN_DOCUMENTS, tokens=tokens)
        self._core: dict[str, Any] = {
            "executor_class": TellingTypes,
            "operation_extensions": None,
        }
        self.compiled = Compiled(self.schema) if compiled else None
        self._introspection = introspection
        self._maxima = maxima
        self._rates = rates
        self._maximum_errors = errors
        self._maximum_cost = cost
        self._timeout = timeout_seconds
        self._timers = timers
        self._events = asyncio.Semaphore(at_once)
        """Events that are worked out: as many as operations. All others wait, as their readers took no place."""

    def problems(self, text: str) -> list[GraphQLError]:
        """Why a document cannot be run, as far as that is known beforehand."""
        try:
            document = self.documents.parse(text)
            for operation in document.operations:
                check(operation, self._maxima)
        except GraphQLError as error:
            return [error]
        return document.errors

    async def run(
        self,
        query: str,
        context: Context,
        *,
        variable_values: dict[str, Any] | None = None,
        operation_name: str | None = None,
        allowed: Container[OperationType] = ONE_ANSWER,
    ) -> Result:
        """The result, its errors made presentable. Raises NoOperation and NotAllowed."""
        result = Result(data=None, errors=None)
        record.now().runs(result, query, variable_values)
        try:
            async with Within(self._timers, self._timeout), context.database.kept():
                with tracing.span("graphql.prepare"):
                    operation = self._operation(query, operation_name, variable_values, allowed, result)
                if operation is not None:
                    self._introspection.check(operation, context.viewer)
                    with tracing.span("graphql.execute") as span:
                        await self._charged(operation, context, variable_values or {}, result)
                        span.tell(way=result.way)
        except NotNow as error:
            result.errors, result.not_now = [error], error
        except (TooComplex, Forbidden) as error:
            result.errors = [error]
        except TimeoutError:
            message = f"The operation took longer than {self._timeout:g} seconds and was ended. Ask for less at once."
            result.data, result.errors = None, [GraphQLError(message, extensions={"code": "TIMEOUT"})]
        finally:
            context.database.end()
        if result.errors:
            result.errors = self._introspection.shown(result.errors, context.viewer)
        self._tell(result)
        if result.requested is not None:
            self._tell_cost(result, context, result.requested, result.cost or 0)
        return result

    async def _charged(
        self, operation: Operation, context: Context, variables: dict[str, Any], result: Result
    ) -> None:
        """Run it for what it costs. What was taken for it stays taken when it is cut off by time or by the client."""
        price = price_of(self.schema._schema, operation)
        result.requested = price.requested(variables, context.limits, context.policy)
        self._require_affordable(result.requested)
        charge = self._rates.charge(context.viewer, result.requested)
        result.cost = result.requested
        await self._execute(operation, context, variables, result)
        if result.way != "compiled":  # which counts on the way
            result.cost = price.actual(result.data, types_told(context))
        charge.settle(max(LEAST_COST, result.cost or 0))

    def _require_affordable(self, requested: int) -> None:
        if requested > self._maximum_cost:
            raise TooComplex(
                f"By the sizes that it asks for the operation may cost {requested}; {self._maximum_cost} is the most."
                " Ask for smaller pages (first, last), above all in nested lists."
            )

    def _tell_cost(self, result: ExecutionResult, context: Context, requested: int, actual: int) -> None:
        cost = {
            "requested": requested,
            "actual": actual,
            "limit": self._maximum_cost,
            "remaining": self._rates.remaining(context.viewer),
        }
        result.extensions = {**(result.extensions or {}), "cost": cost}

    def _tell(self, result: ExecutionResult) -> None:
        """Make the first errors presentable; of the rest, tell how many there are."""
        errors = result.errors
        if errors:
            result.errors = [present(error) for error in errors[: self._maximum_errors]]
            if len(errors) > self._maximum_errors:
                more = {"moreErrors": len(errors) - self._maximum_errors}
                result.extensions = {**(result.extensions or {}), **more}

    async def subscribe(
        self,
        query: str,
        context: Context,
        *,
        variable_values: dict[str, Any] | None = None,
        operation_name: str | None = None,
    ) -> AsyncGenerator[ExecutionResult, None]:
        """A subscription's results, their errors made presentable. Raises NoOperation and NotAllowed."""
        refused = Result(data=None, errors=None)
        record.now().runs(refused, query, variable_values)
        operation = self._operation(query, operation_name, variable_values, SUBSCRIPTIONS, refused)
        if operation is None:
            yield self._refusal(self._introspection.shown(refused.errors or [], context.viewer))
            return
        price = price_of(self.schema._schema, operation)
        requested = price.requested(variable_values or {}, context.limits, context.policy)
        self._require_affordable(requested)
        self._rates.charge(context.viewer, requested).settle(LEAST_COST)
        core = TellingTypes.build(
            self.schema._schema,
            operation.document.ast,
            None,
            context,
            variable_values,
            operation.name,
            operation_extensions=None,
        )
        if isinstance(core, list):
            yield self._refusal(self._introspection.shown(core, context.viewer))
            return
        stream = create_source_event_stream(core)
        events = await stream if isawaitable(stream) else stream
        if isinstance(events, CoreResult):
            yield self._refusal(self._introspection.shown(events.errors or [], context.viewer))
            return
        async with aclosing(events):  # type: ignore[type-var]
            async for event in events:
                async with self._events:
                    charge = self._rates.charge(context.viewer, requested)
                    running = execute_subscription_event(core.build_per_event_executor(event))
                    found = await running if isawaitable(running) else running
                result = ExecutionResult(data=found.data, errors=found.errors)
                self._tell(result)
                cost = price.actual(found.data, types_told(context))
                charge.settle(max(LEAST_COST, cost))
                self._tell_cost(result, context, requested, cost)
                yield result

    def _refusal(self, errors: list[GraphQLError]) -> PreExecutionError:
        refusal = PreExecutionError(data=None, errors=errors)
        self._tell(refusal)
        return refusal

    def _operation(
        self,
        query: str,
        name: str | None,
        variables: dict[str, Any] | None,
        allowed: Container[OperationType],
        result: Result,
    ) -> Operation | None:
        """The operation, if it may run; else None, and the result tells why not."""
        try:
            document = self.documents.parse(query)
        except GraphQLError as error:
            result.errors = [error]
            return None
        operation = document.operation(name)
        if operation.type not in allowed:
            raise NotAllowed(operation.type)
        result.operation = operation
        try:
            check(operation, self._maxima)
        except TooComplex as error:
            result.errors = [error]
            return None
        result.errors = document.errors or None
        return None if result.errors else operation

    async def _execute(
        self, operation: Operation, context: Context, variables: dict[str, Any] | None, result: Result
    ) -> None:
        if self.compiled:
            found = await self.compiled.run(operation, context, variables)
            if found is not None:
                result.data, result.cost, result.way = found.data, found.cost, "compiled"
                return
        result.way = "graphql-core"
        running = execute(
            self.schema._schema,
            operation.document.ast,
            context_value=context,
            variable_values=variables,
            operation_name=operation.name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            **self._core,
        )
        answer = await running if isawaitable(running) else running
        result.data, result.errors = answer.data, answer.errors
