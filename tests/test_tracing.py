"""Traces: sent to a collector where one is set, within the caller's trace, and without what clients write."""

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from resolvers.database import Database
from tests import office
from tests.server import PARTNERHUB, environment, served

pytest_plugins = ["tests.office_fixture"]

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
COUNT = "query HowMany { customers { totalCount } }"


@dataclass
class Collector:
    """A small HTTP server that takes traces as collectors do."""

    url: str = ""
    requests: list[ExportTraceServiceRequest] = field(default_factory=list)

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            collector.requests.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    collector.url = f"http://127.0.0.1:{server.server_port}/v1/traces"
    yield collector
    server.shutdown()
    server.server_close()


def attributes(span: Span) -> dict[str, Any]:
    return {
        one.key: getattr(one.value, one.value.WhichOneof("value") or "string_value")
        for one in span.attributes
    }


async def test_a_request_is_told_of_within_the_callers_trace(
    database: str, data_dir: Path, collector: Collector
) -> None:
    async with served(database, data_dir, office.PARTNER, otlp_endpoint=collector.url) as api:
        answer = await api.ask(office.FULL, COUNT, traceparent=f"00-{TRACE}-{PARENT}-01")
        assert answer.status == 200
    (resource,) = {
        (one.key, one.value.string_value)
        for request in collector.requests
        for resource in request.resource_spans
        for one in resource.resource.attributes
        if one.key == "service.name"
    }
    assert resource == ("service.name", "partnerhub")
    assert {span.trace_id.hex() for span in collector.spans} == {TRACE}

    (request,) = collector.named("POST /graphql")
    assert request.parent_span_id.hex() == PARENT
    told = attributes(request)
    assert told["graphql.operation.name"] == "HowMany"
    assert told["graphql.operation.type"] == "query"
    assert told["http.response.status_code"] == 200
    assert told["partnerhub.outcome"] == "ok"
    (prepared,), (executed,) = collector.named("graphql.prepare"), collector.named("graphql.execute")
    assert prepared.parent_span_id == executed.parent_span_id == request.span_id

    statements = [span for span in collector.spans if span.kind == Span.SpanKind.SPAN_KIND_CLIENT]
    assert len(statements) == answer.statements
    assert all("db.query.text" in attributes(span) for span in statements)
    inside = [span for span in statements if span.parent_span_id == executed.span_id]
    assert inside, "the operation's own statements hang on its execution"
    for span in collector.spans:
        assert request.start_time_unix_nano <= span.end_time_unix_nano
        assert span.start_time_unix_nano <= span.end_time_unix_nano


async def test_nothing_that_a_client_wrote_is_told(
    database: str, data_dir: Path, collector: Collector
) -> None:
    async with served(database, data_dir, office.PARTNER, otlp_endpoint=collector.url) as api:
        for query in (
            '{ customers(filter: {search: "literal-s3cret"}) { nodes { name } } }',
            '{ tags(search: "literal-s3cret") { totalCount } }',
            "query Q($v: String) { customers(filter: {search: $v}) { totalCount } }",
            'mutation { createTag(input: {name: "literal-s3cret"}) { userErrors { code } } }',
            '{ broken "literal-s3cret"',
        ):
            await api.ask(office.FULL, query, {"v": "variable-s3cret"})
        await api.client.get(
            "/graphql", params={"query": '{ tags(search: "address-s3cret") { totalCount } }'}
        )
        token = api.token(office.FULL)
    text = "".join(map(str, collector.requests))
    assert "INSERT" in {span.name for span in collector.spans}, "changes are told of as well"
    assert "s3cret" not in text and token not in text


async def test_a_fault_marks_its_spans(database: str, data_dir: Path, collector: Collector) -> None:
    await office.run_sql(database, "ALTER TABLE tags RENAME TO hidden")
    async with served(database, data_dir, office.PARTNER, otlp_endpoint=collector.url) as api:
        await api.ask(office.FULL, '{ tags(search: "literal-s3cret") { totalCount } }')
    (request,) = collector.named("POST /graphql")
    assert request.status.code == 2
    failed = [attributes(span) for span in collector.spans if "error.type" in attributes(span)]
    assert failed and {told["error.type"] for told in failed} == {"UndefinedTableError"}
    assert "s3cret" not in "".join(map(str, collector.requests))


async def test_a_share_of_requests_is_traced(database: str, data_dir: Path, collector: Collector) -> None:
    none: dict[str, Any] = {"otlp_endpoint": collector.url, "trace_share": 0.0}
    async with served(database, data_dir, office.PARTNER, **none) as api:
        await api.ask(office.FULL, COUNT)
        await api.ask(office.FULL, COUNT, traceparent=f"00-{TRACE}-{PARENT}-01")
        await api.ask(office.FULL, COUNT, traceparent="garbage")
    assert {span.trace_id.hex() for span in collector.spans} == {TRACE}


async def test_a_collector_that_is_away_holds_nobody_up(database: str, data_dir: Path) -> None:
    async with served(
        database, data_dir, office.PARTNER, otlp_endpoint="http://127.0.0.1:9/v1/traces"
    ) as api:
        assert (await api.ask(office.FULL, COUNT)).status == 200


async def test_none_are_made_where_nobody_asked(database: str, data_dir: Path) -> None:
    async with served(database, data_dir, office.PARTNER) as api:
        await api.ask(office.FULL, COUNT)
        assert Database.told_of_statements is None


def test_the_library_is_not_even_loaded_where_nobody_asked() -> None:
    program = (
        "import sys, server.app, server.commands.serve;"
        " sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=120).returncode == 0


def test_a_missing_library_is_told(tmp_path: Path, fresh_database_url: str) -> None:
    """A package of that name that cannot be imported stands in front of the real one."""
    (tmp_path / "opentelemetry.py").write_text("raise ModuleNotFoundError(name='opentelemetry')")
    env = environment(fresh_database_url, tmp_path, PARTNERHUB_OTLP_ENDPOINT="http://127.0.0.1:9/v1/traces")
    done = subprocess.run(
        [PARTNERHUB, "serve", "--port", "0"],
        env=env | {"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "PARTNERHUB_OTLP_ENDPOINT needs OpenTelemetry (opentelemetry is missing): install `partnerhub[otel]`\n"
    )
