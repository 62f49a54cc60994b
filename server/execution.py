"""Running an operation: limits first, known documents from caches, and errors as clients may see them."""

import asyncio
import logging
import secrets
from collections.abc import Iterable
from typing import Any

import asyncpg
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import MaxTokensLimiter, ParserCache, ValidationCache
from strawberry.extensions.base_extension import SchemaExtension
from strawberry.types import ExecutionResult
from tortoise.exceptions import OperationalError

from resolvers.context import Context
from resolvers.errors import BadUserInput, ClientError
from schema import build_schema
from server.limits import Maxima, TooComplex, check

log = logging.getLogger("partnerhub.graphql")

KNOWN_DOCUMENTS = 500
MAXIMUM_TOKENS = 10_000


class Limited(SchemaExtension):
    """Refuses an operation that is too large, before it is validated."""

    maxima: Maxima

    def on_validate(self) -> Iterable[None]:  # type: ignore[override]
        execution = self.execution_context
        assert execution.graphql_document is not None
        try:
            check(
                execution.graphql_document,
                execution._provided_operation_name,  # the public name falls back to the first operation's
                dict(execution.variables or {}),
                self.maxima,
            )
        except (TooComplex, BadUserInput) as error:
            execution.pre_execution_errors = [error]
        yield


class Validated(ValidationCache):
    """Validates what has not been refused yet."""

    def on_validate(self) -> Iterable[None]:  # type: ignore[override]
        if self.execution_context.pre_execution_errors:
            yield
        else:
            yield from super().on_validate()


class Executor:
    """The schema as the server runs it."""

    def __init__(self, maxima: Maxima, timeout_seconds: float) -> None:
        limited = type("Limited", (Limited,), {"maxima": maxima})
        self.schema = build_schema(
            [
                lambda: MaxTokensLimiter(MAXIMUM_TOKENS),
                limited,
                lambda: ParserCache(KNOWN_DOCUMENTS),
                lambda: Validated(KNOWN_DOCUMENTS),
            ]
        )
        self._timeout = timeout_seconds

    async def run(self, query: str, context: Context, **operation: Any) -> ExecutionResult:
        """The result, its errors made presentable. Raises what Strawberry raises for no operation at all."""
        try:
            async with asyncio.timeout(self._timeout):
                result = await self.schema.execute(query, context_value=context, **operation)
        except TimeoutError:
            message = f"The operation took longer than {self._timeout:g} seconds and was ended. Ask for less at once."
            return ExecutionResult(data=None, errors=[GraphQLError(message, extensions={"code": "TIMEOUT"})])
        finally:
            context.database.end()
        assert isinstance(result, ExecutionResult)
        if result.errors:
            result.errors = [present(error) for error in result.errors]
        return result


def present(error: GraphQLError) -> GraphQLError:
    """The error as the client may see it: with a code, and without what is internal, which goes to the log."""
    original = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    if isinstance(original, ClientError) or "code" in (error.extensions or {}):
        return error
    if original is None or isinstance(original, GraphQLError):  # the document or its variables are wrong
        too_complex = isinstance(error, GraphQLSyntaxError) and error.message.endswith("Parsing aborted.")
        code = "QUERY_TOO_COMPLEX" if too_complex else "BAD_USER_INPUT"
        return _with(error, error.message, {**(error.extensions or {}), "code": code})
    if _is_text_refused(original):
        return _with(
            error, "A text holds a character that cannot be stored (NUL).", {"code": "BAD_USER_INPUT"}
        )
    if isinstance(original, TimeoutError | asyncpg.QueryCanceledError):
        return _with(error, "The database took too long. Ask for less at once.", {"code": "TIMEOUT"})
    incident = secrets.token_hex(8)
    log.error("incident %s at %s", incident, error.path, exc_info=original)
    return _with(
        error,
        f"Something went wrong here. Tell the operator the id {incident}.",
        {"code": "INTERNAL_SERVER_ERROR", "id": incident},
    )


def wrapped(error: Exception) -> GraphQLError:
    """A failure outside of any field, as an error that `present` takes."""
    return error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)


def code_of(error: GraphQLError) -> str:
    """The error's code, as metrics name an outcome."""
    return str((error.extensions or {}).get("code", "error")).lower()


def _with(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(message, nodes=error.nodes, path=error.path, extensions=extensions)


def _is_text_refused(error: BaseException) -> bool:
    cause = error.args[0] if isinstance(error, OperationalError) and error.args else error
    return isinstance(cause, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError)
