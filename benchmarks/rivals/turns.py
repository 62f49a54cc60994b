"""Contenders measured in turns, so that a busy moment of the machine falls on all alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.load import load
from benchmarks.rivals.servers import Contender, Query

CLIENTS = 16
_AT_LEAST = 30
"""Answers that a turn has to see, if that takes no longer than `_LONGEST` seconds."""
_LONGEST = 15


@dataclass
class Figure:
    """What one contender did with one query: of each turn the median latency, and the throughput."""

    latencies: list[float] = field(default_factory=list)
    throughputs: list[float] = field(default_factory=list)

    @property
    def ms(self) -> float:
        return median(self.latencies)

    @property
    def a_second(self) -> float:
        return median(self.throughputs)


Figures = list[tuple[Query, dict[str, Figure]]]


def take_turns(
    contenders: Sequence[Contender], asked: Sequence[Query], rounds: int, seconds: float
) -> Figures:
    """One client, then sixteen. Each contender is warmed up first."""
    found: Figures = []
    for query in asked:
        requests = {
            contender.name: contender.request(query) for contender in contenders if contender.is_asked(query)
        }
        figures = {name: Figure() for name in requests}
        expected = {name: load(request, 1, seconds).median_ms / 1000 for name, request in requests.items()}
        for _ in range(rounds):
            for name, request in requests.items():
                enough = min(max(seconds, _AT_LEAST * expected[name]), _LONGEST)
                figures[name].latencies.append(load(request, 1, enough).median_ms)
            for name, request in requests.items():
                enough = min(max(seconds, _AT_LEAST * expected[name] * 2), _LONGEST)
                figures[name].throughputs.append(load(request, CLIENTS, enough).a_second)
        found.append((query, figures))
    return found
