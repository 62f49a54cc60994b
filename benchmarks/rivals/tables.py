"""What was measured, as tables: the figures, and their ratios beside the bars."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.partner import BenchPartner
from benchmarks.report import machine, table
from benchmarks.rivals.servers import BY_HAND, GRAPHQL_CORE, MERCURIUS, POSTGRAPHILE, REMEMBERING, SERVICE
from benchmarks.rivals.turns import CLIENTS, Figure, Figures


@dataclass(frozen=True)
class Bar:
    """A ratio of the service to another contender, and the bar for it."""

    what: str
    beside: str
    ratio: Callable[[Figure, Figure], float]
    at_most: float | None = None
    at_least: float | None = None
    lists_only: bool = False

    def cell(self, service: str, figures: dict[str, Figure], *, is_list: bool) -> str:
        if self.beside not in figures or (self.lists_only and not is_list):
            return ""
        ratio = self.ratio(figures[service], figures[self.beside])
        holds = ratio <= self.at_most if self.at_most else ratio >= (self.at_least or 0)
        return f"{ratio:.2f}" if holds else f"**{ratio:.2f} missed**"


def _latency(service: Figure, other: Figure) -> float:
    return service.ms / other.ms


def _throughput(service: Figure, other: Figure) -> float:
    return service.a_second / other.a_second


BARS = (
    Bar("latency beside by hand: ≤ 1.25", BY_HAND, _latency, at_most=1.25),
    Bar("throughput beside by hand: ≥ 0.8", BY_HAND, _throughput, at_least=0.8),
    Bar("beside graphql-core, lists: ≥ 8", GRAPHQL_CORE, _throughput, at_least=8, lists_only=True),
    Bar("beside PostGraphile: ≥ 2", POSTGRAPHILE, _throughput, at_least=2),
    Bar("beside Mercurius: ≥ 1.2", MERCURIUS, _throughput, at_least=1.2),
)


def conditions(partner: BenchPartner, customers: int, rounds: int) -> str:
    return (
        f"{customers:,} customers; {machine()}; medians of {rounds} turns each; {partner.today.isoformat()}."
        f" Cells: median milliseconds with one client / requests a second with {CLIENTS}."
    )


def figures(measured: Figures) -> Iterable[str]:
    """A row a query, a column a contender."""
    names = list(dict.fromkeys(name for _, found in measured for name in found))
    rows: list[tuple[str, ...]] = [("", *names), ("---", *["--:"] * len(names))]
    for query, found in measured:
        rows.append((query.what, *(_cell(found[name]) if name in found else "" for name in names)))
    return table(rows).split("\n")


def ratios(measured: Figures) -> Iterable[str]:
    """A row a query, a column a bar; another row where what is remembered makes a difference."""
    bars = [bar for bar in BARS if bar.beside in measured[0][1]]
    rows: list[tuple[str, ...]] = [("service, throughput", *(bar.what for bar in bars))]
    rows.append(("---", *["--:"] * len(bars)))
    for query, found in measured:
        for service, what in ((SERVICE, query.what), (REMEMBERING, f"{query.what}, remembered")):
            if service in found:
                rows.append((what, *(bar.cell(service, found, is_list=query.is_list) for bar in bars)))
    return table(rows).split("\n")


def _cell(figure: Figure) -> str:
    return f"{_short(figure.ms)} / {figure.a_second:,.0f}"


def _short(ms: float) -> str:
    return f"{ms:.2f}" if ms < 10 else f"{ms:.1f}"
