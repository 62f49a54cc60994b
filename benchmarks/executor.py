"""The service beside the same answers by hand, through graphql-core, and by two GraphQL servers of Node.

One database, one process each, one client and sixteen, in turns. Every contender verifies the token and looks the
viewer up in each request. All answers are compared before anything is timed: those by hand byte for byte, those of
the rivals, whose schemas are their own, by the values in them.
"""

import argparse
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks.load import NoLoadGenerator, require_wrk
from benchmarks.partner import bench_partner
from benchmarks.report import put, show_lines
from benchmarks.rivals.answered import require_same
from benchmarks.rivals.memory import memory
from benchmarks.rivals.servers import contenders, queries
from benchmarks.rivals.tables import conditions, figures, ratios
from benchmarks.rivals.turns import take_turns


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks executor", description=__doc__)
    parser.add_argument("--customers", type=int, default=24_000, help="How many customers the partner has.")
    parser.add_argument("--rounds", type=int, default=5, help="How often each contender has its turn.")
    parser.add_argument("--seconds", type=float, default=1, help="How long a turn takes, at least.")
    parser.add_argument("--only", help="The queries whose names hold this word.")
    parser.add_argument("--without-rivals", action="store_true", help="Leave the servers of Node out.")
    parser.add_argument(
        "--requests",
        type=int,
        default=20_000,
        help="How many requests the look at memory takes; 0 leaves it out.",
    )
    parser.add_argument("--write", action="store_true", help="Put the tables into docs/performance.md.")
    options, _ = parser.parse_known_args(arguments)
    try:
        require_wrk()
    except NoLoadGenerator as error:
        print(f"executor: left out, since {error}")
        return
    with ExitStack() as stack:
        partner = stack.enter_context(bench_partner(options.customers))
        asked = [query for query in queries(partner) if (options.only or "") in query.name]
        racing = stack.enter_context(contenders(partner, rivals=not options.without_rivals))
        require_same(racing, asked)
        measured = take_turns(racing, asked, options.rounds, options.seconds)
        remembered = memory(racing[0], asked, options.requests) if options.requests else []
        text = "\n".join(
            [
                conditions(partner, options.customers, options.rounds),
                "",
                *figures(measured),
                "",
                *ratios(measured),
                "",
                *remembered,
            ]
        ).rstrip()
    show_lines("Executor", text)
    if options.write:
        put("executor", text)
