"""What is counted and timed, for Prometheus."""

import os
from collections.abc import Iterable

from graphql import GraphQLError
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.responses import Response

from resolvers.database import Database
from server.execution import code_of

OPERATIONS = Counter("partnerhub_operations_total", "GraphQL operations, by outcome.", ["outcome"])
SECONDS = Histogram("partnerhub_operation_seconds", "How long an operation took.")
STATEMENTS = Counter("partnerhub_sql_statements_total", "SQL statements run for operations.")
DATABASE_SECONDS = Counter("partnerhub_sql_seconds_total", "Time spent in SQL statements of operations.")
STREAMS = Gauge("partnerhub_streams", "Subscriptions that are open now.", multiprocess_mode="livesum")


REMEMBERED = Counter(
    "partnerhub_remembered_total", "Results that were asked of memory, by hit or miss.", ["found"]
)
REMEMBERED_VALUES = Gauge(
    "partnerhub_remembered_values", "Values that are remembered now.", multiprocess_mode="livesum"
)


def remembered(found: str, values: int) -> None:
    """Count a look-up in memory: `hit` or `miss`."""
    REMEMBERED.labels(found).inc()
    REMEMBERED_VALUES.set(values)


def count(outcome: str) -> None:
    OPERATIONS.labels(outcome).inc()


def observe(errors: Iterable[GraphQLError], seconds: float, database: Database) -> None:
    """Count one operation. Its outcome is `ok`, or the code of its first error."""
    count(next((code_of(error) for error in errors), "ok"))
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
