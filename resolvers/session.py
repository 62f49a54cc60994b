"""A connection to the database that knows how it plans, and whether it was lost."""

from enum import Enum

import asyncpg

CLEAN_UP_SECONDS = 2.0
"""How long a connection may take to be ready for the next one; a database that hangs would hold it for good."""


class Plans(Enum):
    """How PostgreSQL plans a prepared statement: `plan_cache_mode`."""

    BY_VALUES = "auto"
    """For each run by its values, as long as that seems worth it."""
    ANEW = "force_custom_plan"
    """For each run by its values, always: of lines in force on a day, a general plan expects too few by far."""
    KEPT = "force_generic_plan"
    """Once a connection, whatever the values: for look-ups, where planning would take longer than running."""
    EITHER = None
    """As the connection happens to do it."""


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that knows how it plans."""

    plans = Plans.BY_VALUES

    @property
    def itself(self) -> "Connection":
        """The connection without the pool's stand-in for it, which would take its part in each call."""
        return self

    async def plan(self, plans: Plans) -> None:
        """Plan so from now on."""
        if plans is not self.plans and plans is not Plans.EITHER:
            await self.execute(f"SET plan_cache_mode = {plans.value}")
            self.plans = plans


class Unprepared(Connection):
    """A connection behind a pooler: no statement stays prepared on it, and its session may be anyone's next."""

    async def plan(self, plans: Plans) -> None:
        pass


def pick(connections: list[Connection], plans: Plans) -> Connection | None:
    """Take the one out that was used last, of those that plan so already and were not lost."""
    for place in range(len(connections) - 1, -1, -1):
        connection = connections[place]
        if not connection.is_closed() and (plans is Plans.EITHER or connection.plans is plans):
            return connections.pop(place)
    return None


def raise_if_lost(connection: Connection, error: asyncpg.InterfaceError) -> None:
    """Raise ConnectionDoesNotExistError where the connection cannot be used since it was cut off."""
    if connection.is_closed():
        raise asyncpg.ConnectionDoesNotExistError(str(error)) from error
