"""How long the requests of `tests/hostile_requests.py` take to be refused: the slowest of each kind, each asked anew.

Left out are clients that are slow themselves, whom the service waits for as long as an operation may take.
"""

import argparse
import time
from collections.abc import Mapping, Sequence

from benchmarks.partner import CACHE, bench_partner
from benchmarks.race import Result
from benchmarks.report import machine, show, write
from benchmarks.service import ADMIN
from tests.hostile import HONEST, Target
from tests.hostile_requests import (
    CHUNKS,
    CREDENTIALS,
    DOCUMENTS,
    NO_OPERATIONS,
    NO_REQUESTS,
    TAKING,
    VALUES,
)
from tests.server import command, environment, serving

ANY_MS = 2000.0
"""In which each has to be answered."""
CHAIN_MS = 500.0
CHAIN = "1,000 fragments in a chain"


def requests(target: Target) -> dict[str, dict[str, bytes]]:
    """The bytes to send, by kind and name."""
    chunked = target.post(b"", b"Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
    return {
        "what is no request": NO_REQUESTS,
        "a body without an operation": {name: target.post(body) for name, body in NO_OPERATIONS.items()},
        "bad chunks": {name: chunked + chunks for name, chunks in CHUNKS.items()},
        "without a good token": {
            name: target.post(HONEST, header or b"Authorization: ") for name, header in CREDENTIALS.items()
        },
        "a document that is a trap": {name: target.query(document) for name, document in DOCUMENTS.items()},
        "values that do not fit": {
            f"{name}, {n + 1}": target.query(document, v=value)
            for name, value in VALUES.items()
            for n, document in enumerate(TAKING)
        },
    }


def milliseconds(target: Target, request: bytes, rounds: int) -> float:
    """The longest of so many answers, each on a connection of its own."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        target.send(request)
        taken.append((time.perf_counter() - started) * 1000)
    return max(taken)


def slowest(kind: str, asked: Mapping[str, bytes], target: Target, rounds: int) -> list[Result]:
    """The slowest of a kind beside the bound for any, and the chain of fragments beside its own."""
    taken = {name: milliseconds(target, request, rounds) for name, request in asked.items()}
    name, ms = max(taken.items(), key=lambda one: one[1])
    results = [Result(f"{kind}, {len(asked)}: {name}", ms, "the bound", ANY_MS, at_most=1)]
    if CHAIN in taken:
        results.append(Result(CHAIN, taken[CHAIN], "its bound", CHAIN_MS, at_most=1))
    return results


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks hostile", description=__doc__)
    parser.add_argument("--customers", type=int, default=24_000, help="How many customers the partner has.")
    parser.add_argument("--rounds", type=int, default=5, help="How often each is sent.")
    parser.add_argument("--write", action="store_true", help="Put the table into docs/performance.md.")
    options, _ = parser.parse_known_args(arguments)
    with bench_partner(options.customers) as partner:
        env = environment(partner.url, CACHE)
        token = command("token", ADMIN, env=env, cwd=CACHE).stdout.strip()
        with serving("serve", env=env, cwd=CACHE) as address:
            target = Target(address, token)
            results = [
                result
                for kind, asked in requests(target).items()
                for result in slowest(kind, asked, target, options.rounds)
            ]
    conditions = f"{options.customers:,} customers; {machine()}; the longest of {options.rounds} each."
    show("Hostile requests", conditions, results)
    if options.write:
        write("hostile", conditions, results)
