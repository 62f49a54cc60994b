"""Work that no client waits for, done a moment later and together: a batch finds in the processor's caches what each
alone would have to fetch again."""

import asyncio
from collections.abc import Callable
from contextvars import Context

SECONDS = 0.005
"""How much later at most."""
_MOST = 64
"""So much at once: more would hold up who waits."""

_waiting: list[Callable[[], None]] = []
_due: asyncio.TimerHandle | None = None


def soon(work: Callable[[], None]) -> None:
    """Do it soon, without the context of whoever asks: that is gone by then."""
    global _due
    _waiting.append(work)
    if len(_waiting) >= _MOST:
        now()
    elif _due is None:
        _due = asyncio.get_running_loop().call_later(SECONDS, now, context=Context())


def now() -> None:
    """Do what waits: before it is looked at, and at the end."""
    global _due
    if _due is not None:
        _due.cancel()
        _due = None
    if _waiting:
        work = _waiting.copy()
        _waiting.clear()
        Context().run(_do, work)


def _do(work: list[Callable[[], None]]) -> None:
    for one in work:
        one()
