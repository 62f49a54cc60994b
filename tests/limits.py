"""Asking what is at a limit or past it, neither of which may hold the process up."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests import office
from tests.server import Answer, Api


@contextmanager
def holding_nobody_up(steps: float = 8e6) -> Iterator[None]:
    """The body may take as much of the processor's time as so many steps of Python take, here and now."""
    before = _a_million_steps()
    started = time.process_time()
    yield
    taken = time.process_time() - started
    assert taken < steps / 1e6 * max(before, _a_million_steps())


def _a_million_steps() -> float:
    started = time.process_time()
    sum(n * n for n in range(1_000_000))
    return time.process_time() - started


async def ask(api: Api, query: str, variables: dict[str, Any] | None = None) -> Answer:
    with holding_nobody_up():
        return await api.ask(office.FULL, query, variables)
