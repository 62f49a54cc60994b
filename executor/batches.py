"""What a turn of a run asks of relations: everything of the same kind in one call, the calls beside each other."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql.execution.values import VariableValues

from executor.declare import Columns, Load


@dataclass(slots=True)
class Given:
    """An operation's variables, coerced, and what its fields took of them."""

    variables: VariableValues
    arguments: dict[Any, dict[str, Any]] = field(default_factory=dict)
    """By the plan's field. Whoever gets them leaves them as they are: other runs get the same."""


@dataclass(slots=True)
class Run:
    """One run of a plan."""

    context: Any
    given: Given
    cost: int = 0
    """What the values found so far count for, by the weights of their fields."""


class Filling(Protocol):
    """A field that waits for its values."""

    def take(self, run: Run, places: Sequence[int], found: Sequence[Any], following: "Batches") -> None: ...


@dataclass(slots=True)
class Asked:
    """What one field asked of a batch: the parents from `begin` on, for the rows at these places."""

    filling: Filling
    places: Sequence[int]
    begin: int
    then: Callable[[Any], Any] | None


@dataclass(slots=True)
class Batch:
    """One call of a relation."""

    load: Load
    columns: Columns
    parents: list[Any] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    async def bring(self, run: Run) -> None:
        """Load, hand out what was found, and go on with what that asks for."""
        load = self.load
        parents = list(dict.fromkeys(self.parents))
        found = await load.relation.load(run.context, parents, load.arguments, self.columns)
        if len(parents) < len(self.parents):
            by_parent = dict(zip(parents, found, strict=True))
            found = [by_parent[parent] for parent in self.parents]
        following = Batches()
        for asked in self.asked:
            values = found[asked.begin : asked.begin + len(asked.places)]
            if asked.then:
                values = [asked.then(value) for value in values]
            asked.filling.take(run, asked.places, values, following)
        await following.bring(run)


class Batches:
    """The calls of one turn."""

    def __init__(self) -> None:
        self._batches: dict[Any, Batch] = {}

    def ask(
        self, filling: Filling, load: Load, columns: Columns, parents: Sequence[Any], places: Sequence[int]
    ) -> None:
        """Ask for these rows' parents."""
        if load.columns is not None:
            columns = load.columns
        key = (id(load.relation), load.arguments, columns)
        batch = self._batches.get(key)
        if batch is None:
            batch = self._batches[key] = Batch(load, columns)
        batch.asked.append(Asked(filling, places, len(batch.parents), load.then))
        batch.parents += parents

    async def bring(self, run: Run) -> None:
        """Make the calls, one of them here and the others beside it. A failure ends them all."""
        if not self._batches:
            return
        *others, last = self._batches.values()
        if not others:
            await last.bring(run)
            return
        tasks = [asyncio.ensure_future(batch.bring(run)) for batch in others]
        try:
            await last.bring(run)
            await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
