"""What happens to a partner's data, as it happens."""

from collections.abc import AsyncIterator
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

    def imports(self, partner_id: int) -> AsyncIterator[DataImport]:
        """Every import of the partner that finishes from now on."""
        ...


class NoEvents:
    """For requests that do not listen."""

    async def imports(self, partner_id: int) -> AsyncIterator[DataImport]:
        nothing: tuple[DataImport, ...] = ()
        for event in nothing:
            yield event
