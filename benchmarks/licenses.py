"""License analytics beside SQL written by hand for each question, and beside the least that a database can do.

Each question is a `.graphql` file in `operations/` with a `.sql` file of the same name beside it, which gives the
same answer; what ends in `_kept.sql` reads the tables that are derived for just that. The floor is one pass that
sums two columns over the partner's license lines in force.
"""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import orjson

from benchmarks.partner import BenchPartner, bench_partner
from benchmarks.questions import QUESTIONS, WEEKS, Question, Shape, trend
from benchmarks.race import Contender, Result, race, require_equal
from benchmarks.report import machine, show, write
from benchmarks.service import Client, service
from kpis.distribution import Interval, buckets
from models.statement import bind
from server.database import connect

OPERATIONS = Path(__file__).parent / "operations"
EMPTY = "{ __typename }"
BY_HAND, FROM_KEPT, FLOOR = "SQL by hand", "… from roll-ups", "the floor"


@dataclass(frozen=True)
class Bench:
    """The two ways to an answer: over HTTP, and by a connection to the database."""

    computing: Client
    remembering: Client
    connection: asyncpg.Connection
    partner_id: int
    partner: BenchPartner
    rounds: int

    def served(self, name: str, client: Client | None = None) -> Contender:
        query = (OPERATIONS / f"{name}.graphql").read_text()
        variables = {"asOf": self.partner.today.isoformat()}
        return lambda: (client or self.computing).ask(query, variables)

    def by_hand(self, name: str, shape: Shape = list) -> Contender:
        days = [to for _, to in buckets(self.partner.today, Interval.WEEK, WEEKS)]
        values = {"partner": self.partner_id, "as_of": self.partner.today, "days": days}
        text, arguments = bind((OPERATIONS / f"{name}.sql").read_text(), values)

        async def answer() -> bytes:
            rows = [dict(row) for row in await self.connection.fetch(text, *arguments)]
            return orjson.dumps({"data": shape(rows)})

        return answer

    async def compare(self, question: Question) -> list[Result]:
        """The question beside the SQL by hand, and beside the floor if there is a bar for that."""
        contenders = {
            "service": self.served(question.name),
            BY_HAND: self.by_hand(question.name, question.shape),
        }
        if (OPERATIONS / f"{question.name}_kept.sql").exists():
            contenders[FROM_KEPT] = self.by_hand(f"{question.name}_kept", question.shape)
        await require_equal(contenders)
        if question.of_floor:
            contenders[FLOOR] = self.by_hand("floor")
        ms = await race(contenders, self.rounds)
        bars = {BY_HAND: question.by_hand, FROM_KEPT: question.by_hand, FLOOR: question.of_floor}
        return [
            Result(question.what, ms["service"], beside, ms[beside], at_most=bars[beside])
            for beside in ms
            if beside != "service"
        ]

    async def compare_snapshots(self) -> Result:
        """The trend from its roll-up beside the sum of the snapshots."""
        contenders = {
            "service": self.served("trend"),
            "snapshots": self.by_hand("trend_of_snapshots", trend),
        }
        await require_equal(contenders)
        ms = await race(contenders, self.rounds)
        return Result(
            f"trend, {WEEKS} weeks", ms["service"], "snapshots summed", ms["snapshots"], at_least=50
        )

    async def compare_remembered(self) -> Result:
        """An answer that is remembered beside one with nothing in it."""
        contenders = {
            "remembered": self.served("overview_of_both", self.remembering),
            "empty": lambda: self.remembering.ask(EMPTY, {}),
        }
        ms = await race(contenders, self.rounds * 20)
        return Result("overview, remembered", ms["remembered"], "an empty query", ms["empty"], at_most=1.2)

    async def conditions(self) -> str:
        counts = [
            f"{await self.connection.fetchval(f'SELECT count(*) FROM {table}'):,} {what}"
            for table, what in (
                ("customers", "customers"),
                ("license_states", "license lines"),
                ("license_usage", "snapshots"),
            )
        ]
        version = (await self.connection.fetchval("SHOW server_version")).split()[0]
        return (
            f"{', '.join(counts)}; PostgreSQL {version}; {machine()}; medians of {self.rounds} rounds;"
            f" {self.partner.today.isoformat()}."
        )


async def _measure(
    partner: BenchPartner, computing: Client, remembering: Client, rounds: int
) -> tuple[str, list[Result]]:
    connection = await connect(partner.url)
    try:
        partner_id = await connection.fetchval("SELECT id FROM partners")
        bench = Bench(computing, remembering, connection, partner_id, partner, rounds)
        results = [result for question in QUESTIONS for result in await bench.compare(question)]
        results += [await bench.compare_snapshots(), await bench.compare_remembered()]
        return await bench.conditions(), results
    finally:
        await connection.close()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks licenses", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000, help="How many customers the partner has.")
    parser.add_argument("--rounds", type=int, default=15, help="How often each question is asked.")
    parser.add_argument(
        "--fresh", action="store_true", help="Make the partner anew, even if there is today's."
    )
    parser.add_argument("--write", action="store_true", help="Put the table into docs/performance.md.")
    options, _ = parser.parse_known_args(arguments)
    with ExitStack() as stack:
        partner = stack.enter_context(bench_partner(options.customers, fresh=options.fresh))
        computing = stack.enter_context(service(partner.url, PARTNERHUB_REMEMBERED_VALUES="0"))
        remembering = stack.enter_context(service(partner.url))
        conditions, results = asyncio.run(_measure(partner, computing, remembering, options.rounds))
    show("License analytics", conditions, results)
    if options.write:
        write("licenses", conditions, results)
