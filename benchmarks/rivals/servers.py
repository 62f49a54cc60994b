"""The contenders as processes, and what they are asked."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import asyncpg
import orjson

from benchmarks.load import Request
from benchmarks.partner import CACHE, BenchPartner
from benchmarks.rivals.answers import WEEKS
from benchmarks.rivals.schema import make_schema
from benchmarks.service import ADMIN, UNLIMITED
from kpis.distribution import Interval, buckets
from server.database import connect
from tests.server import command, environment, serving_process

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_OPERATIONS = _HERE.parent / "operations"
NODE = _HERE / "node_modules" / ".bin" / "node"

SERVICE, BY_HAND, GRAPHQL_CORE, POSTGRAPHILE, MERCURIUS, REMEMBERING = (
    "service",
    "by hand",
    "graphql-core",
    "PostGraphile",
    "Mercurius",
    "service, remembering",
)


@dataclass(frozen=True)
class Query:
    """Something to ask. Every contender's own words for it are in a file of this name."""

    name: str
    what: str
    values: Mapping[str, Any]
    is_list: bool = False
    is_kpi: bool = False
    """Whether the service, as it is installed, remembers what it comes to."""


@dataclass(frozen=True)
class Contender:
    """A server: one process, and the folder of its operations; None for the one that has a path for each."""

    name: str
    pid: int
    address: str
    token: str
    operations: Path | None = _OPERATIONS

    def is_asked(self, query: Query) -> bool:
        """Whether it has a part in this: what remembers nothing of lists is the service once more."""
        return query.is_kpi or self.name != REMEMBERING

    def request(self, query: Query) -> Request:
        headers = {"Authorization": f"Bearer {self.token}"}
        if self.operations is None:
            named = {name: value for name, value in query.values.items() if isinstance(value, str)}
            return Request(f"{self.address}/{query.name}?{urlencode(named)}", None, headers)
        return self.post((self.operations / f"{query.name}.graphql").read_text(), query.values)

    def post(self, text: str, values: Mapping[str, Any], *, varied: bool = False) -> Request:
        variables = {name: value for name, value in values.items() if f"${name}:" in text}
        body = orjson.dumps({"query": text, "variables": variables}).decode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return Request(f"{self.address}/graphql", body, headers, varied)


def queries(partner: BenchPartner) -> list[Query]:
    """The six, over this partner: the one customer is the first that has something of everything."""
    partner_id, customer = asyncio.run(_customer(partner.url))
    days = [to.isoformat() for _, to in buckets(partner.today, Interval.WEEK, WEEKS)]
    values = {
        "partner": str(partner_id),
        "customerId": customer,
        "asOf": partner.today.isoformat(),
        "days": days,
    }
    return [
        Query("customers_plain", "100 customers × 5 fields", values, is_list=True),
        Query("customers_nested", "100 customers with subscriptions, licenses, tags", values, is_list=True),
        Query("customer_detail", "one customer with everything", values),
        Query("customers_in_pages", "1,000 customers with subscriptions in pages", values, is_list=True),
        Query("overview_of_both", "analytics overview", values, is_kpi=True),
        Query("trend", f"{WEEKS}-week trend", values, is_kpi=True),
    ]


async def _customer(url: str) -> tuple[int, str]:
    connection: asyncpg.Connection = await connect(url)
    try:
        row = await connection.fetchrow("""
            SELECT c.partner_id, c.external_id FROM customers c
            JOIN (SELECT customer_id, count(*) AS bought FROM subscriptions GROUP BY 1) s ON s.customer_id = c.id
            WHERE NOT is_own_organization AND EXISTS (SELECT FROM trials t WHERE t.customer_id = c.id)
                AND EXISTS (SELECT FROM customer_tags ct WHERE ct.customer_id = c.id)
            ORDER BY EXISTS (SELECT FROM admin_assignments a WHERE a.customer_id = c.id) DESC, bought DESC, 2 LIMIT 1
        """)
    finally:
        await connection.close()
    assert row
    return row["partner_id"], row["external_id"]


@contextmanager
def contenders(partner: BenchPartner, *, rivals: bool) -> Iterator[list[Contender]]:
    """All of them, ready: the service first."""
    env = environment(partner.url, CACHE, **UNLIMITED, PARTNERHUB_MAXIMUM_PAGE_SIZE="1000")
    nothing_remembered = {"PARTNERHUB_REMEMBERED_VALUES": "0"}
    token = command("token", ADMIN, "--ttl", "24h", env=env, cwd=CACHE).stdout.strip()
    with ExitStack() as stack:
        found = []
        for name, settings in (
            (SERVICE, nothing_remembered),
            (GRAPHQL_CORE, nothing_remembered | {"PARTNERHUB_EXECUTOR": "graphql-core"}),
            (REMEMBERING, {}),
        ):
            address, process = stack.enter_context(serving_process("serve", env=env | settings, cwd=CACHE))
            found.append(Contender(name, process.pid, address, token))
        uvicorn = [sys.executable, "-m", "uvicorn", "--no-access-log", "--log-level=warning"]
        started = stack.enter_context(_started([*uvicorn, "benchmarks.rivals.by_hand:app"], env))
        found.insert(1, Contender(BY_HAND, *started, token, None))
        if rivals and NODE.exists():
            asyncio.run(_make_schema(partner.url))
            env = _node_environment(partner.url)
            for name in (POSTGRAPHILE, MERCURIUS):
                folder = _HERE / name.lower()
                started = stack.enter_context(_started([str(NODE), f"{folder}.mjs"], env))
                found.append(Contender(name, *started, token, folder))
        elif rivals:
            print(
                "PostGraphile and Mercurius are left out: they need Node. Install it, and run `make rivals`."
            )
        yield found


async def _make_schema(url: str) -> None:
    connection = await connect(url)
    try:
        await make_schema(connection)
    finally:
        await connection.close()


def _node_environment(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    hosts = parse_qs(parts.query).get("host", [parts.hostname or "localhost"])
    return dict(os.environ) | {
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGHOST": hosts[0],
        "PGPORT": str(parts.port or 5432),
        "PGDATABASE": parts.path.removeprefix("/"),
        "TOKEN_KEY": str(CACHE / "token-key.json"),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }


@contextmanager
def _started(call: list[str], env: dict[str, str]) -> Iterator[tuple[int, str]]:
    """A process that listens on a free port, as its environment tells it: its id and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ports = {"PORT": str(port), "UVICORN_PORT": str(port)}
    process = subprocess.Popen(call, env=env | ports, cwd=_ROOT, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process, call[-1])
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], name: str) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with status {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{name} does not listen")
