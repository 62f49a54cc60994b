"""Traces by OpenTelemetry, where a setting names whom to send them to. Off, a span is one check of a variable.

The library is an extra of its own (`partnerhub[otel]`), so what needs it stands in server.tracing_otel and is
loaded here, by that setting alone.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from typing import Protocol

import asyncpg
from starlette.datastructures import Headers
from starlette.types import Scope

from resolvers.database import Database
from server.settings import Settings, SettingsError


class Span(Protocol):
    """A stretch of work that is told of."""

    def tell(self, **attributes: str | int | float | None) -> None: ...


class Tracer(Protocol):
    """What makes spans. They hang on the one that is open in the same task."""

    def request(self, scope: Scope, headers: Headers) -> AbstractContextManager[Span]:
        """The span of an HTTP request, within the trace that its `traceparent` names."""
        ...

    def span(self, name: str) -> AbstractContextManager[Span]: ...

    def statement(self, query: asyncpg.connection.LoggedQuery) -> None:
        """Tell of a statement that has ended: its text, and not the values it was run with."""
        ...

    def trace_id(self) -> str | None:
        """The trace that is open in this task."""
        ...

    def close(self) -> None:
        """Send what has not been sent yet. May take seconds."""
        ...


class _NoSpan:
    def tell(self, **attributes: str | int | float | None) -> None:
        pass


NO_SPAN: Span = _NoSpan()
_NOTHING = nullcontext(NO_SPAN)
_tracer: Tracer | None = None


def load(settings: Settings) -> Tracer | None:
    """What the settings ask for; None for no traces. Raises SettingsError where the library is missing."""
    if settings.otlp_endpoint is None:
        return None
    try:
        module = import_module("server.tracing_otel")
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"PARTNERHUB_OTLP_ENDPOINT needs OpenTelemetry ({error.name} is missing): install `partnerhub[otel]`"
        ) from None
    tracer: Tracer = module.OpenTelemetry(settings)
    return tracer


@contextmanager
def traced(tracer: Tracer | None) -> Iterator[None]:
    """This process makes spans by it, until the end."""
    global _tracer
    _tracer = tracer
    Database.told_of_statements = tracer.statement if tracer else None
    try:
        yield
    finally:
        _tracer = Database.told_of_statements = None


def request(scope: Scope) -> AbstractContextManager[Span]:
    return _tracer.request(scope, Headers(scope=scope)) if _tracer else _NOTHING


def span(name: str) -> AbstractContextManager[Span]:
    return _tracer.span(name) if _tracer else _NOTHING


def trace_id() -> str | None:
    return _tracer.trace_id() if _tracer else None
