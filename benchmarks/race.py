"""Contenders that give the same answer, timed in turns, and how far apart they are."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from statistics import median

import orjson

WARM_UP = 2

Contender = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True)
class Result:
    """How long something took beside something else, and the bar for it."""

    what: str
    ms: float
    beside: str
    beside_ms: float
    at_most: float | None = None
    """So many times as long, at most."""
    at_least: float | None = None
    """So many times as fast, at least."""

    @property
    def times(self) -> float:
        return self.beside_ms / self.ms if self.at_least else self.ms / self.beside_ms

    @property
    def verdict(self) -> str:
        if self.at_least:
            return "holds" if self.times >= self.at_least else "missed"
        if self.at_most:
            return "holds" if self.times <= self.at_most else "missed"
        return ""

    @property
    def cells(self) -> tuple[str, ...]:
        faster = " faster" if self.at_least else ""
        bar = f"≥ {self.at_least:g}" if self.at_least else f"≤ {self.at_most:g}" if self.at_most else ""
        return (
            self.what,
            f"{self.ms:.1f}",
            self.beside,
            f"{self.beside_ms:.1f}",
            f"{self.times:.2f}{faster}",
            bar,
            self.verdict,
        )


async def race(contenders: Mapping[str, Contender], rounds: int) -> dict[str, float]:
    """The median milliseconds of each. They take turns, so that a busy moment of the machine falls on all alike."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(WARM_UP + rounds):
        for name, contender in contenders.items():
            started = time.perf_counter()
            await contender()
            if turn >= WARM_UP:
                taken[name].append((time.perf_counter() - started) * 1000)
    return {name: median(times) for name, times in taken.items()}


async def require_equal(contenders: Mapping[str, Contender]) -> None:
    """Refuse to compare different answers."""
    answers = {name: orjson.loads(await contender()) for name, contender in contenders.items()}
    for answer in answers.values():
        answer.pop("extensions", None)  # what it cost is told by the service alone
    first, *others = answers
    for other in others:
        if answers[first] != answers[other]:
            raise AssertionError(f"{first} and {other} differ:\n{answers[first]}\n{answers[other]}"[:4000])
