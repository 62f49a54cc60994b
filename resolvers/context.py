"""One request: who asks, on which day, and the loaders that batch what is asked."""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol

from aiodataloader import DataLoader

from kpis.policy import Policy
from resolvers.database import Database
from resolvers.errors import BadUserInput
from resolvers.events import Events, NoEvents
from resolvers.ids import GlobalIds
from resolvers.memory import Memory
from resolvers.question import Question
from resolvers.together import together
from resolvers.viewer import Viewer

EARLIEST = date(1900, 1, 1)
"""The first day to look at: the longest trend from it has dates still."""
LATEST = date(9999, 12, 30)
"""The last day to look at: the database's driver takes the one after it for infinity."""
Columns = frozenset[str]
Arguments = tuple[tuple[str, Any], ...]
"""Arguments by name, frozen and sorted, so that the same ones meet in the same batch."""


def utc_today() -> date:
    return datetime.now(UTC).date()


class Relation(Protocol):
    """From parents, arguments and wanted columns to what hangs on each parent, in one statement.

    A relation is declared once; whoever executes an operation calls `load` with a whole level's parents, each once.
    """

    async def load(
        self, context: "Context", parents: Sequence[Any], arguments: Arguments, columns: Columns
    ) -> Sequence[Any]:
        """What each parent has, in the order of the parents."""
        ...


@dataclass(frozen=True)
class Limits:
    """How much one page may hold."""

    default_page_size: int = 25
    maximum_page_size: int = 100


@dataclass
class Context:
    """What the resolvers of one request share. Made per request, so that nothing of a viewer outlives it."""

    database: Database
    viewer: Viewer
    ids: GlobalIds
    policy: Policy = field(default_factory=Policy)
    limits: Limits = field(default_factory=Limits)
    launch_url: str = "https://admin.webex.com/customers/{id}"
    clock: Callable[[], date] = utc_today
    """Tells the day. It is asked once, so that an operation knows one, whatever midnight falls into it."""
    events: Events = field(default_factory=NoEvents)
    idempotency_key: str | None = None
    """The client's own name for the operation, under which its changes are made once."""
    expires_at: float = math.inf
    """When the viewer's token ends (Unix time), and with it whatever streams."""
    data_version: int | None = None
    """The version of the partner's data that the request began with; None once it has changed that itself."""
    remembered: Memory | None = None
    """What the process remembers of earlier requests."""
    memory: dict[Any, Any] = field(default_factory=dict)
    """For what is worked out once a request, such as which columns a selection wants."""
    today: date = field(init=False)
    _loaders: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.today = self.clock()

    def day(self, as_of: date | None) -> date:
        """D: the day that is asked for, or today. Raises BadUserInput for one that cannot be looked at."""
        if as_of is not None and not EARLIEST <= as_of <= LATEST:
            raise BadUserInput(f"asOf: give a day from {EARLIEST} to {LATEST}, not {as_of}.")
        return as_of or self.today

    def parameters(self, as_of: date | None = None) -> dict[str, Any]:
        """The parameters that any statement may name: the partner, the admin, D and the thresholds."""
        policy = self.policy
        return {
            "partner": self.viewer.partner_id,
            "admin": self.viewer.admin_id,
            "as_of": self.day(as_of),
            "expiring_soon_days": policy.expiring_soon_days,
            "no_recent_activity_days": policy.no_recent_activity_days,
        }

    def forget(self) -> None:
        """Load anew from now on: something has changed."""
        self._loaders.clear()
        self.data_version = None

    @property
    def has_room(self) -> bool:
        """Whether several questions at once are answered sooner than one after another."""
        return self.database.alone

    def together(self, questions: Sequence[Question]) -> Question:
        """The question that has the answers of these, in their order."""
        return together(questions)

    async def answer(self, question: Question) -> Sequence[Any]:
        """What each parent of a question has."""
        statement = question.statement
        rows = await self.database.ask(statement.text, question.arguments, statement.row, question.plans)
        return question.read(rows)

    async def load(
        self, relation: Relation, parent: Any, arguments: Arguments = (), columns: Columns = frozenset()
    ) -> Any:
        """What hangs on one parent, fetched together with its siblings'."""
        key = (id(relation), arguments, columns)
        loader = self._loaders.get(key)
        if loader is None:

            async def batch(parents: list[Any]) -> list[Any]:
                with self.database.ending_with_it():
                    return list(await relation.load(self, parents, arguments, columns))

            loader = self._loaders[key] = DataLoader(batch)
        # Who no longer waits leaves alone what others wait for: cancelling the load would cancel it for all.
        return await asyncio.shield(loader.load(parent))
