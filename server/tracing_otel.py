"""Spans by OpenTelemetry, sent by OTLP over HTTP. Loaded by server.tracing, where it is asked for."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

import asyncpg
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import Scope

from server.settings import Settings

EXPORT_SECONDS = 5
_LONGEST_STATEMENT = 4096
_FAULTS = ("internal_server_error", "timeout")


class _Span:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def tell(self, **attributes: str | int | float | None) -> None:
        """Under its names: `http_response_status_code` is `http.response.status_code`."""
        for name, value in attributes.items():
            if value is not None:
                self._span.set_attribute(_NAMES.get(name, f"partnerhub.{name}"), value)
        if attributes.get("outcome") in _FAULTS or int(attributes.get("status") or 0) >= 500:
            self._span.set_status(Status(StatusCode.ERROR))


_NAMES = {
    "status": "http.response.status_code",
    "operation": "graphql.operation.name",
    "type": "graphql.operation.type",
    "document": "graphql.document.hash",
}


class OpenTelemetry:
    """The service's spans; see server.tracing.Tracer."""

    def __init__(self, settings: Settings) -> None:
        resource = Resource.create({"service.name": "partnerhub", "service.version": version("partnerhub")})
        self._provider = TracerProvider(
            resource=resource,
            sampler=ParentBased(TraceIdRatioBased(settings.trace_share)),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint=settings.otlp_endpoint, timeout=EXPORT_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("partnerhub", version("partnerhub"))
        self._incoming = TraceContextTextMapPropagator()

    @contextmanager
    def request(self, scope: Scope, headers: Headers) -> Iterator[_Span]:
        context = self._incoming.extract(
            {name: headers[name] for name in ("traceparent", "tracestate") if name in headers}
        )
        attributes = {"http.request.method": scope["method"], "url.path": scope["path"]}
        name = f"{scope['method']} {scope['path']}" if scope["path"] == "/graphql" else str(scope["method"])
        with self._tracer.start_as_current_span(
            name, context, SpanKind.SERVER, attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            yield _Span(span)

    @contextmanager
    def span(self, name: str) -> Iterator[_Span]:
        # An error's text may quote the client.
        with self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False
        ) as span:
            yield _Span(span)

    def statement(self, query: asyncpg.connection.LoggedQuery) -> None:
        if self.trace_id() is None:  # no request's: the process looks after itself
            return
        end = time.time_ns()
        text = " ".join(query.query.split())
        span = self._tracer.start_span(
            text.partition(" ")[0].upper() or "SQL",
            kind=SpanKind.CLIENT,
            attributes={"db.system.name": "postgresql", "db.query.text": text[:_LONGEST_STATEMENT]},
            start_time=end - int(query.elapsed * 1e9),
        )
        if query.exception is not None:
            span.set_attribute("error.type", type(query.exception).__name__)
            span.set_status(Status(StatusCode.ERROR))
        span.end(end)

    def trace_id(self) -> str | None:
        context = trace.get_current_span().get_span_context()
        return format(context.trace_id, "032x") if context.is_valid else None

    def close(self) -> None:
        self._provider.shutdown()
