"""What happens to a partner's data, as it happens."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class DataImport:
    """A finished import."""

    finished_at: datetime
    rows: int
    tables: tuple[str, ...]


class Events(Protocol):
    """Where a request listens."""

    def imports(self, partner_id: int) -> AsyncGenerator[DataImport, None]:
        """Every import of the partner that finishes from now on."""
        ...

    def changed_customers(self, partner_id: int) -> AsyncGenerator[Sequence[int], None]:
        """The partner's customers that look different from now on. For a slow reader, one that changed many times
        meanwhile is there once."""
        ...


class NoEvents:
    """For requests that do not listen."""

    async def imports(self, partner_id: int) -> AsyncGenerator[DataImport, None]:
        nothing: tuple[DataImport, ...] = ()
        for event in nothing:
            yield event

    async def changed_customers(self, partner_id: int) -> AsyncGenerator[Sequence[int], None]:
        nothing: tuple[Sequence[int], ...] = ()
        for customers in nothing:
            yield customers
