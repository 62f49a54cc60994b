"""What waits for one reader."""

import asyncio
from collections.abc import Iterable
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Holds each thing once until it is taken, and no more than `most`: then the oldest goes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: dict[T, None] = {}
        self._some = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, things: Iterable[T]) -> None:
        for thing in things:
            self._waiting[thing] = None
            if len(self._waiting) > self._most:
                del self._waiting[next(iter(self._waiting))]
        if self._waiting:
            self._some.set()

    async def take(self, at_most: int) -> list[T]:
        """The oldest that wait, one at least."""
        await self._some.wait()
        taken = list(islice(self._waiting, at_most))
        for thing in taken:
            del self._waiting[thing]
        if not self._waiting:
            self._some.clear()
        return taken
