"""Errors as clients may see them: with a code, and without what is internal, which goes to the log."""

from typing import Any

import asyncpg
from graphql import GraphQLError, GraphQLSyntaxError
from graphql.validation.validate import ValidationAbortedError
from strawberry.types import ExecutionResult
from tortoise.exceptions import OperationalError

from resolvers.errors import ClientError
from server import record

# How graphql-core tells that a document was too much for its parser or its validation.
_ABORTED = ("Parsing aborted.", "Validation aborted.", "nests too deeply.")
_UNEXPLAINED = "Validation aborted."
_OF_THE_DOCUMENT = (GraphQLSyntaxError, ValidationAbortedError)


def present(error: GraphQLError) -> GraphQLError:
    """The error as the client may see it: with a code, and without what is internal, which goes to the log."""
    original = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    if isinstance(original, ClientError) or "code" in (error.extensions or {}):
        return error
    if original is None or (isinstance(original, GraphQLError) and not _is_of_a_value(error, original)):
        # the document or its variables are wrong
        too_complex = error.message.endswith(_ABORTED) and isinstance(error, _OF_THE_DOCUMENT)
        code = "QUERY_TOO_COMPLEX" if too_complex else "BAD_USER_INPUT"
        message = error.message
        if message == _UNEXPLAINED:
            message = "The document takes too much to validate: repeat fewer fields and fragments."
        return _with(error, message, {**(error.extensions or {}), "code": code})
    if _is_text_refused(original):
        return _with(
            error, "A text holds a character that cannot be stored (NUL).", {"code": "BAD_USER_INPUT"}
        )
    if isinstance(original, TimeoutError | asyncpg.QueryCanceledError):
        return _with(error, "The database took too long. Ask for less at once.", {"code": "TIMEOUT"})
    incident = record.fault(original, error.path)
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


def outcome(result: ExecutionResult) -> str:
    """`ok`, or the code of the first error."""
    return next((code_of(error) for error in result.errors or ()), "ok")


def _with(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(message, nodes=error.nodes, path=error.path, extensions=extensions)


def _is_of_a_value(error: GraphQLError, original: GraphQLError) -> bool:
    """Whether a value that was found does not fit its type: arguments that do not are told with their nodes."""
    return error.path is not None and not original.nodes


def _is_text_refused(error: BaseException) -> bool:
    cause = error.args[0] if isinstance(error, OperationalError) and error.args else error
    return isinstance(cause, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError)
