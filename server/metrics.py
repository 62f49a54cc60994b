"""What is counted and timed, for Prometheus. No label takes a value that a client chose."""

import os
import platform
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.responses import Response


def _sum(name: str, help: str, labels: tuple[str, ...] = ()) -> Gauge:
    """A gauge that is summed over the processes that live."""
    return Gauge(name, help, labels, multiprocess_mode="livesum")


OPERATIONS = Counter("partnerhub_operations_total", "Operations that ended.", ["outcome", "type", "way"])
SECONDS = Histogram(
    "partnerhub_operation_seconds",
    "How long queries and mutations took.",
    ["way"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
IN_FLIGHT = _sum("partnerhub_operations_in_flight", "Operations that run now.")
WAITING = _sum("partnerhub_operations_waiting", "Operations that wait for their turn now.")
STATEMENTS = Counter("partnerhub_sql_statements_total", "SQL statements run for operations.")
DATABASE_SECONDS = Counter("partnerhub_sql_seconds_total", "Time spent in SQL statements of operations.")
POOL = _sum("partnerhub_database_connections", "Database connections, in use and idle.", ("state",))
POOL_MAXIMUM = _sum("partnerhub_database_connections_maximum", "The most that there may be.")
POOL_WAITING = _sum("partnerhub_database_waiting", "Statements that wait for a connection now.")
DOCUMENTS = Counter("partnerhub_documents_total", "Documents looked up, by hit or miss.", ["found"])
DOCUMENTS_KNOWN = _sum("partnerhub_documents_known", "Documents that are remembered, parsed, now.")
DOCUMENT_CHARACTERS = _sum("partnerhub_document_characters", "Characters of their texts.")
PLANS = _sum("partnerhub_plans", "Compiled plans that are kept with those documents now.")
LEFT = Counter(
    "partnerhub_left_to_graphql_core_total", "Operations that the compiled executor left, by why.", ["why"]
)
REMEMBERED = Counter(
    "partnerhub_remembered_total", "Results that were asked of memory, by hit or miss.", ["found"]
)
REMEMBERED_VALUES = _sum("partnerhub_remembered_values", "Values that are remembered now.")
TOKENS = Counter("partnerhub_tokens_total", "Tokens found good, by memory or by their signature.", ["by"])
STREAMS = _sum("partnerhub_streams", "Subscriptions that are open now.")
PROCESSES = _sum("partnerhub_processes", "Processes that serve now.")
IMPORTED = Gauge(
    "partnerhub_usage_imported_timestamp_seconds",
    "When license usage was imported last: of the partner where that is longest ago, and where it is newest.",
    ["partner"],
    multiprocess_mode="livemostrecent",
)
BUILD = Gauge(
    "partnerhub_build_info", "1, with the versions as labels.", ["version", "python"], multiprocess_mode="max"
)


OUTLIVE_PROCESSES = "PROMETHEUS_MULTIPROC_DIR" in os.environ
"""Whether figures stand in files that all processes share, as it is with several workers."""

# Looked up for every operation; by their labels, of which there are few.
_ended = cache(OPERATIONS.labels)
_took = cache(SECONDS.labels)
token = cache(TOKENS.labels)


def started() -> None:
    """Tell of this process."""
    PROCESSES.set(1)
    BUILD.labels(version("partnerhub"), platform.python_version()).set(1)


def remembered(found: str, values: int) -> None:
    """Count a look-up in memory: `hit` or `miss`."""
    REMEMBERED.labels(found).inc()
    REMEMBERED_VALUES.set(values)


def operation(outcome: str, type: str, way: str, seconds: float, statements: int, sql_seconds: float) -> None:
    """Count an operation that has ended, or a request that did not come to one."""
    _ended(outcome, type, way).inc()
    # What was refused is fast, and what streams is as long as it likes.
    if way != "none" and type != "subscription":
        _took(way).observe(seconds)
    STATEMENTS.inc(statements)
    DATABASE_SECONDS.inc(sql_seconds)


def exposition() -> Response:
    """All figures as text; with several processes, those of all of them."""
    registry = REGISTRY
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        _forget_the_dead(Path(folder))
        registry = CollectorRegistry()
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _forget_the_dead(folder: Path) -> None:
    """What a process that was killed had at the time it does not have now; what it counted stays counted."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):
                mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:
            pass
