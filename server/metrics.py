"""What is counted and timed, for Prometheus."""

import os
from collections.abc import Iterable

from graphql import GraphQLError
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.responses import Response

from resolvers.database import Database

OPERATIONS = Counter("partnerhub_operations_total", "GraphQL operations, by outcome.", ["outcome"])
SECONDS = Histogram("partnerhub_operation_seconds", "How long an operation took.")
STATEMENTS = Counter("partnerhub_sql_statements_total", "SQL statements run for operations.")
DATABASE_SECONDS = Counter("partnerhub_sql_seconds_total", "Time spent in SQL statements of operations.")


def observe(errors: Iterable[GraphQLError], seconds: float, database: Database) -> None:
    """Count one operation. Its outcome is `ok`, or the code of its first error."""
    outcome = next((str((error.extensions or {}).get("code", "error")).lower() for error in errors), "ok")
    OPERATIONS.labels(outcome).inc()
    SECONDS.observe(seconds)
    STATEMENTS.inc(database.statements)
    DATABASE_SECONDS.inc(database.seconds)


def exposition() -> Response:
    """All figures as text; with several processes, those of all of them."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
