"""The memory of one process of the service: before, while and after it answers many requests."""

from collections.abc import Sequence
from itertools import cycle

from benchmarks.load import load, rss_mib
from benchmarks.rivals.servers import Contender, Query
from benchmarks.rivals.turns import CLIENTS

AT_MOST_MIB = 200
AT_MOST_GROWTH = 1.05
"""From a tenth of the requests on."""
_SECONDS = 2
# A client that puts what it looks for into the text: every document is another one.
_LITERAL = (
    '{ customers(first: 5, filter: { search: "NUMBER" }) { totalCount nodes { id name tags { name } } } }'
)


def memory(service: Contender, asked: Sequence[Query], requests: int) -> list[str]:
    """All queries in turn, and documents that no one has sent before, until there were so many requests."""
    before = rss_mib(service.pid)
    seen: list[float] = []
    done, tenths = 0, 1
    loads = cycle([*(service.request(query) for query in asked), service.post(_LITERAL, {}, varied=True)])
    for request in loads:
        done += load(request, CLIENTS, _SECONDS).requests
        while done >= requests * tenths / 10 and tenths <= 10:
            seen.append(rss_mib(service.pid))
            tenths += 1
        if tenths > 10:
            break
    after = max(seen[-2:])
    bars = (
        (f"{AT_MOST_MIB} MiB", max(seen) <= AT_MOST_MIB),
        ("flat", after <= seen[0] * AT_MOST_GROWTH),
    )
    return [
        f"Memory of one process: {before:.0f} MiB before, and after each tenth of {done:,} requests"
        f" {', '.join(f'{mib:.0f}' for mib in seen)} MiB."
        f" Bars: {', '.join(f'{bar} {_verdict(held)}' for bar, held in bars)}."
    ]


def _verdict(held: bool) -> str:
    return "holds" if held else "missed"
