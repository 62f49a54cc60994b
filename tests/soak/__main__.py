"""`make soak`: ten minutes at full load, or SOAK_SECONDS, with three restarts of the database in them.

Exits with 1 when a promise is broken: an answer that differs from the one before, a connection or file that is left,
memory that grows, or a recovery that takes longer than five seconds.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from tests.own_postgres import OwnPostgres, own_postgres, prepare
from tests.processes import memory, open_files, until, workers
from tests.server import command, environment, serving_process
from tests.soak.load import Line, Load, Question, recovered

SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
CLIENTS = int(os.environ.get("SOAK_CLIENTS", "24"))
WORKERS, CONNECTIONS, CUSTOMERS, RESTARTS = 2, 8, 300, 3
MOST_RECOVERY = 5.0
MOST_GROWTH = 1.10
"""The workers' memory in the last quarter, over that in the second: by then their caches are full."""
BESIDE_POOL = 2
"""Connections of a worker's own: the listener's and the probe's."""
OPERATIONS = sorted((Path(__file__).parents[2] / "examples" / "operations").glob("*.graphql"))
LIGHT = {
    "light": "{ viewer { admin { email } permissions } }",
    "light page": "{ customers(first: 3, orderBy: { field: NAME }) { nodes { id name } pageInfo { endCursor } } }",
    "heavy page": "{ customers(first: 100) { totalCount nodes { name statuses tags { name } subscriptions(first: 20) {"
    " nodes { displayId endDate licenses { product state { total assigned used } } } } } } }",
}
CHANGE = 'mutation { createTag(input: {name: "Soak"}, idempotencyKey: "soak") { tag { id name } userErrors { code } } }'
# The log of operations is off, since nobody would read it, and so is the purse, which this load would use up.
SETTINGS = {
    "PARTNERHUB_DATABASE_CONNECTIONS": str(CONNECTIONS),
    **{f"PARTNERHUB_{whose}_COST_CAPACITY": str(10**12) for whose in ("ADMIN", "PARTNER")},
}
ROLES = ("full.admin", "admin", "read.only", "help.desk")


@dataclass
class Report:
    """What was seen, and which promises it breaks."""

    lines: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def tell(self, what: str, text: str, kept: bool = True) -> None:
        self.lines.append(f"{what:<12} {text}")
        if not kept:
            self.broken.append(what)


async def soak(report: Report, postgres: OwnPostgres, port: int, server: int, tokens: list[str]) -> None:
    """Warm up, put the load on, restart the database in it, and look at what is left."""
    questions = await answered_before(port, tokens)
    load = Load(port, questions)
    processes = workers(server)
    resources = Resources(processes)
    watching = asyncio.create_task(resources.watch())
    loading = asyncio.create_task(load.run(CLIENTS, random.Random(SECONDS)))
    started = time.monotonic()
    recoveries = []
    for part in range(1, RESTARTS + 1):
        await asyncio.sleep(started + SECONDS * part / (RESTARTS + 1) - time.monotonic())
        load.restarting = True
        ended = time.monotonic()
        await asyncio.to_thread(postgres.restart)
        await asyncio.to_thread(postgres.until_back)
        recoveries.append(await recovered(port, questions) - ended)
        load.restarting = False
        print(f"restart {part} of {RESTARTS}: right again after {recoveries[-1]:.2f} s", flush=True)
    await asyncio.sleep(started + SECONDS - time.monotonic())
    load.over = True
    await loading
    seconds = time.monotonic() - started
    watching.cancel()

    counts = load.counts
    right = counts.pop("right", 0)
    report.tell(
        "load", f"{CLIENTS} clients on {WORKERS} workers for {seconds:.0f} s, {len(questions)} questions"
    )
    report.tell(
        "answers",
        f"{right} right, {right / seconds:.0f} a second; {counts['faults']} faults",
        not load.faults,
    )
    for fault in load.faults:
        report.tell("fault", fault)
    del counts["faults"]
    for what, count in sorted(counts.items()):
        report.tell("", f"{count} {what}")
    report.tell(
        "recovery",
        ", ".join(f"{each:.2f} s" for each in recoveries) + f" after the end, {MOST_RECOVERY:g} s at most",
        max(recoveries) <= MOST_RECOVERY,
    )
    report.tell("workers", "the same as at the start", workers(server) == processes)
    report.tell(*await left_in_the_database(postgres.url))
    report.tell(*resources.memory())
    report.tell(*resources.files_left())


async def answered_before(port: int, tokens: list[str]) -> dict[Question, Any]:
    """Every question with its answer, which has to be the same when it is asked again, by either worker."""
    texts = (
        {"a change, repeated": CHANGE}
        | LIGHT
        | {path.stem: path.read_text(encoding="utf-8") for path in OPERATIONS}
    )
    questions = [
        Question(name, json.dumps({"query": text}).encode(), token)
        for name, text in texts.items()
        for token in tokens
    ]
    line, answers = Line(port), {}
    for question in questions[: len(tokens)]:  # the change, before anything is looked at
        await line.ask(question)
    for question in questions:
        answers[question] = (await line.ask(question)).content
    line.close()
    for question in questions:
        line = Line(port)
        assert (await line.ask(question)).content == answers[question], f"{question.name} differs by itself"
        line.close()
    return answers


async def left_in_the_database(url: str) -> tuple[str, str, bool]:
    """Which connections the service has, once nobody asks any more."""
    await asyncio.sleep(3)
    connection = await asyncpg.connect(url)
    states = await connection.fetch(
        "SELECT coalesce(state, '') AS state FROM pg_stat_activity WHERE application_name LIKE 'partnerhub%'"
    )
    await connection.close()
    most = WORKERS * (CONNECTIONS + BESIDE_POOL)
    busy = [row["state"] for row in states if row["state"] != "idle"]
    text = f"{len(states)} of at most {most}, {len(busy)} of them at work"
    return "connections", text, len(states) <= most and not busy


class Resources:
    """What the workers hold, looked at every second."""

    def __init__(self, processes: list[int]) -> None:
        self._processes = processes
        self._bytes: list[int] = []
        self._files = self._open()

    async def watch(self) -> None:
        while True:
            self._bytes.append(sum(memory(process) for process in self._processes))
            await asyncio.sleep(1)

    def memory(self) -> tuple[str, str, bool]:
        quarter = len(self._bytes) // 4
        before, after = median(self._bytes[quarter : 2 * quarter]), median(self._bytes[-quarter:])
        text = (
            f"{before / 1e6:.0f} MB in the second quarter, {after / 1e6:.0f} MB in the last:"
            f" {after / before:.3f} of it, {MOST_GROWTH:g} at most"
        )
        return "memory", text, after <= MOST_GROWTH * before

    def files_left(self) -> tuple[str, str, bool]:
        most = self._files + WORKERS * CONNECTIONS  # the pools have grown to their size
        return (
            "files",
            f"{self._open()} open, {self._files} at the start, {most} at most",
            self._open() <= most,
        )

    def _open(self) -> int:
        return sum(open_files(process) for process in self._processes)


async def past_midnight() -> None:
    """Answers are of the day: wait until it lasts for long enough."""
    now = datetime.now(UTC)
    left = 86400 - (now.hour * 3600 + now.minute * 60 + now.second)
    if left < SECONDS + 120:
        print(f"it is {left} s to midnight: waiting for the next day", flush=True)
        await asyncio.sleep(left + 1)


def main() -> int:
    assert sys.platform == "linux", "it looks at processes through /proc"
    asyncio.run(past_midnight())
    report = Report()
    with tempfile.TemporaryDirectory(prefix="partnerhub-soak-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user where we are root
        with own_postgres(folder / "postgres") as postgres:
            env = environment(postgres.url, folder, **SETTINGS)
            asyncio.run(prepare(postgres.url))
            command("demo", "--customers", str(CUSTOMERS), "--no-serve", env=env, cwd=folder)
            tokens = [
                command("token", f"{role}@demo.example", "--ttl", "24h", env=env, cwd=folder).stdout.strip()
                for role in ROLES
            ]
            said: list[str] = []
            arguments = ("serve", "--workers", str(WORKERS))
            with serving_process(*arguments, env=env, cwd=folder, said=said) as (address, process):
                until(lambda: any(f"all {WORKERS} workers serve" in line for line in said))
                port = urlsplit(address).port
                assert port
                asyncio.run(soak(report, postgres, port, process.pid, tokens))
    print("\n".join(report.lines))
    print(f"broken: {', '.join(report.broken)}" if report.broken else "every promise is kept")
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
