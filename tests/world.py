"""A partner with two thousand random customers, as tests know it; `tests.world_fixture` brings it about."""

from dataclasses import dataclass
from datetime import date

from tests import oracle
from tests.server import Api

FULL = "full@partner.example"
ASSIGNED = "admin@partner.example"


@dataclass(frozen=True)
class World:
    """The service, the rows that it holds, and the day on which both are looked at."""

    api: Api
    book: oracle.Book
    today: date
    database_url: str

    def visible(self, email: str) -> set[str]:
        return oracle.visible_customers(self.book, email)
