"""Calling analytics beside SQL written by hand on the same roll-ups, over customers that all call.

Each question is a pair of files in `operations/`. A made-up partner's own calls are of its first customers alone, so
the roll-ups of nine weeks are made up here for every customer with a Calling line.
"""

import argparse
import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from benchmarks.partner import BenchPartner, bench_partner
from benchmarks.race import Contender, Result, race, require_equal
from benchmarks.report import machine, show, write
from benchmarks.service import Client, service
from kpis.calling import TREND_WEEKS, latest_completed_week, trend_weeks
from kpis.calling_weeks import ROLL_UPS, feature_column, quality_column
from kpis.kept_positions import ChangingCustomers
from kpis.policy import Policy
from models.enums import CallingFeature, EndpointType
from models.statement import bind
from server.database import connect

OPERATIONS = Path(__file__).parent / "operations"
AT_MOST = 1.3
BY_HAND = "SQL by hand"

Rows = list[dict[str, Any]]
_VOLUMES = ("none", "low", "medium", "high")


def _usage(rows: Rows) -> Any:
    trend = [
        {
            "week": {"start": row.pop("week")},
            "usersByVolume": [{"users": row.pop(volume)} for volume in _VOLUMES],
            **row,
        }
        for row in rows
    ]
    return {"usage": {"trend": trend}}


def _trend(section: str) -> Callable[[Rows], Any]:
    return lambda rows: {section: {"trend": [{"week": {"start": row.pop("week")}, **row} for row in rows]}}


def _features(rows: Rows) -> Any:
    before, now = rows
    usage = []
    for feature in CallingFeature:
        name = feature_column(feature)
        calls = now[f"{name}_calls"]
        change = calls - before[f"{name}_calls"]
        customers = now[f"{name}_customers"]
        usage.append({"feature": feature, "calls": calls, "customers": customers, "callsChange": change})
    return {"features": {"usage": usage}}


def _endpoints(rows: Rows) -> Any:
    figures = [
        {q: rows[0][quality_column(type, q)] for q in ("good", "poor", "unknown")} for type in EndpointType
    ]
    types = zip(EndpointType, figures, strict=True)
    return {"quality": {"byEndpointType": [{"endpointType": type, "figures": each} for type, each in types]}}


def _customers(section: str, *beside: str) -> Callable[[Rows], Any]:
    """A page of customers: what stands beside their figures, by name, and the figures."""

    def node(row: dict[str, Any]) -> Any:
        customer = {"customerId": row.pop("customerId")}
        return {"customer": customer, **{name: row.pop(name) for name in beside}, "figures": row}

    return lambda rows: {section: {"customers": {"nodes": [node(row) for row in rows]}}}


QUESTIONS: dict[str, tuple[str, Callable[[Rows], Any]]] = {
    "calling_usage_trend": (f"usage, {TREND_WEEKS} weeks", _usage),
    "calling_quality_trend": (f"quality, {TREND_WEEKS} weeks", _trend("quality")),
    "calling_queue_trend": (f"queues, {TREND_WEEKS} weeks", _trend("queues")),
    "calling_endpoints": ("quality by endpoint type", _endpoints),
    "calling_features": ("features", _features),
    "calling_usage_customers": ("most calls, first 50 customers", _customers("usage", "callsChange")),
    "calling_quality_customers": ("worst quality, first 50 customers", _customers("quality")),
    "calling_queue_customers": ("most abandoned, first 50 customers", _customers("queues")),
}

_EACH = """
FROM (SELECT DISTINCT customer_id FROM license_states WHERE partner_id = $1 AND product = 'CALLING') c,
     generate_series($2::date - 8 * 7, $2::date, interval '7 days') AS w(week)
"""
_SOME = "(random() * 40)::int"


async def _fill(connection: asyncpg.Connection, partner_id: int, partner: BenchPartner) -> None:
    """Make the roll-ups up, if they are not yet."""
    callers = await connection.fetchval(
        "SELECT count(DISTINCT customer_id) FROM calling_weeks WHERE calls > 0"
    )
    all_callers = await connection.fetchval(
        f"SELECT count(DISTINCT c.customer_id) {_EACH.split(',')[0]}", partner_id
    )
    if callers == all_callers:
        return
    await connection.execute(f"TRUNCATE {', '.join(ROLL_UPS)}")
    endpoints = [quality_column(type, q) for type in EndpointType for q in ("good", "poor", "unknown")]
    features = [feature_column(feature) for feature in CallingFeature]
    plain = ("calls", "seconds", "low_users", "medium_users", "high_users", "good", "poor", "unknown")
    queue = ("calls", "answered", "overflowed", "abandoned", "answer_waits", "abandon_waits")
    seconds = ("answer_seconds", "abandon_seconds")
    for table, columns, names, where in (
        ("calling_weeks", plain, "", ""),
        ("calling_endpoint_weeks", endpoints, "", ""),
        ("calling_feature_weeks", features, "", "WHERE c.customer_id % 3 = 0"),
        ("calling_queue_weeks", (*queue, *seconds), ", queue", "WHERE c.customer_id % 3 = 0"),
    ):
        queues = ", unnest(ARRAY['Sales', 'Support'])" if names else ""
        some = ", ".join(f"1 + {_SOME}" for _ in columns)
        await connection.execute(
            f"INSERT INTO {table} (partner_id, week, customer_id, {', '.join(columns)}{names})"
            f" SELECT $1, w.week::date, c.customer_id, {some}{queues} {_EACH} {where} ORDER BY 2, 3",
            partner_id,
            latest_completed_week(partner.today),
        )
    async with connection.transaction():  # the licensed users of those weeks, as an import keeps them
        changing = ChangingCustomers(connection, partner_id, Policy().size_bands)
        await changing.begin()
        await changing.find_all()
        await changing.finish()
    await connection.execute("VACUUM ANALYZE")


def _by_hand(connection: asyncpg.Connection, name: str, values: dict[str, Any]) -> Contender:
    text, arguments = bind((OPERATIONS / f"{name}.sql").read_text(), values)
    shape = QUESTIONS[name][1]

    async def answer() -> bytes:
        rows = [dict(row) for row in await connection.fetch(text, *arguments)]
        return orjson.dumps({"data": {"analytics": {"calling": shape(rows)}}})

    return answer


async def _measure(partner: BenchPartner, client: Client, rounds: int) -> tuple[str, list[Result]]:
    connection = await connect(partner.url)
    try:
        partner_id = await connection.fetchval("SELECT id FROM partners")
        await _fill(connection, partner_id, partner)
        values = {
            "partner": partner_id,
            "weeks": list(trend_weeks(partner.today, TREND_WEEKS)),
            "week": latest_completed_week(partner.today),
        }
        results = []
        for name, (what, _) in QUESTIONS.items():
            query = (OPERATIONS / f"{name}.graphql").read_text()
            variables = {"asOf": partner.today.isoformat()}
            contenders: dict[str, Contender] = {
                "service": lambda query=query, variables=variables: client.ask(query, variables),  # type: ignore[misc]
                BY_HAND: _by_hand(connection, name, values),
            }
            await require_equal(contenders)
            ms = await race(contenders, rounds)
            results.append(Result(what, ms["service"], BY_HAND, ms[BY_HAND], at_most=AT_MOST))
        rows = {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in ROLL_UPS}
        customers = await connection.fetchval("SELECT count(*) FROM customers")
    finally:
        await connection.close()
    conditions = (
        f"{customers:,} customers, {', '.join(f'{count:,} {table}' for table, count in rows.items())}; {machine()};"
        f" medians of {rounds} rounds; {partner.today.isoformat()}."
    )
    return conditions, results


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks calling", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000, help="How many customers the partner has.")
    parser.add_argument("--rounds", type=int, default=15, help="How often each question is asked.")
    parser.add_argument("--write", action="store_true", help="Put the table into docs/performance.md.")
    options, _ = parser.parse_known_args(arguments)
    with ExitStack() as stack:
        partner = stack.enter_context(bench_partner(options.customers, calls=True))
        computing = stack.enter_context(service(partner.url, PARTNERHUB_REMEMBERED_VALUES="0"))
        conditions, results = asyncio.run(_measure(partner, computing, options.rounds))
    show("Calling analytics", conditions, results)
    if options.write:
        write("calling", conditions, results)
