"""A change: what actions work with, and what they hand back."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from models.statement import bind
from resolvers.changes.errors import Refused, UserError, UserErrorCode
from resolvers.context import Context
from resolvers.errors import BadUserInput
from resolvers.row import Row
from resolvers.viewer import Permission, Viewer

Facts = Mapping[str, Any]
"""What the audit trail keeps of something, by name: texts, numbers, dates and lists of them."""


@dataclass(frozen=True)
class Target:
    """What a change is on."""

    type: str
    id: int
    name: str


@dataclass(frozen=True)
class Done:
    """What an action did: for the answer, the audit trail, the derived tables and those who listen."""

    ids: tuple[int, ...]
    """The rows that the answer shows."""
    target: Target
    before: Facts | None = None
    after: Facts | None = None
    also: tuple[Target, ...] = ()
    """What else it is on."""
    customers: Collection[int] = ()
    """The customers that look different now."""
    licenses: Collection[int] = ()
    """The license lines that stand differently now."""


@dataclass
class Change:
    """A change under way, in its transaction. Nothing in it may load through the context's loaders."""

    context: Context
    connection: asyncpg.Connection
    viewer: Viewer
    """Who changes, with the roles of this moment."""
    permission: Permission
    problems: list[UserError] = field(default_factory=list)

    @property
    def rights(self) -> Viewer:
        """The viewer with those roles alone that permit the change: what these see is what may be changed."""
        return self.viewer.permitted(self.permission)

    async def fetch(self, sql: str, **values: Any) -> list[Row]:
        """The statement's rows. It may name the parameters that any statement may."""
        database = self.context.database
        text, arguments = bind(sql, self.context.parameters() | values)
        database.statements += 1
        started = time.perf_counter()
        rows: list[Row] = await self.connection.fetch(text, *arguments, record_class=Row)
        database.seconds += time.perf_counter() - started
        return rows

    def problem(self, code: UserErrorCode, message: str, *path: str) -> None:
        """Note a reason to refuse; `settle` refuses for all of them. `path` leads through the input."""
        self.problems.append(UserError(code, ("input", *path), message))

    def settle(self) -> None:
        """Go on only if there is no problem. Raises Refused."""
        if self.problems:
            raise Refused(*self.problems)

    def number(self, type_name: str, value: str, *path: str) -> int | None:
        """The number in a global ID; None, and a problem, for what is none of that type."""
        try:
            return self.context.ids.open_as(type_name, value, ".".join(path))
        except BadUserInput as error:
            self.problem(UserErrorCode.INVALID, error.message, *path)
            return None
