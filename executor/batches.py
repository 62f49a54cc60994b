"""What a turn of a run asks of relations: everything of the same kind in one call, the calls beside each other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql.execution.values import VariableValues

from executor.columns import Columns
from executor.declare import Load


@dataclass(slots=True)
class Given:
    """An operation's variables, coerced, and what follows from them."""

    variables: VariableValues
    plan: Any = None
    """How the operation is run with them; None where it is not compiled."""
    arguments: dict[Any, dict[str, Any]] = field(default_factory=dict)
    """What fields take of them, by the plan's field. Whoever gets that leaves it as it is: other runs get the same."""
    loads: dict[Any, Load | None] = field(default_factory=dict)
    """What is asked with them, by the plan's field, where it follows from them alone."""


class Filling(Protocol):
    """A field that waits for its values."""

    def take(self, run: "Run", places: Sequence[int], found: Sequence[Any], following: "Batches") -> None: ...


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
    together: bool
    """Whether it is asked in one with the others of its level."""
    parents: list[Any] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    distinct: Sequence[Any] = ()
    """The parents, each once."""
    question: Any = None
    """What it asks; None where it is to be loaded."""

    def ask(self, context: Any) -> Any:
        """What it asks, what was found already, or None."""
        parents = self.parents
        self.distinct = parents if len(parents) == 1 else list(dict.fromkeys(parents))
        load = self.load
        ask = getattr(load.relation, "question" if self.together else "ask", None)
        return ask(context, self.distinct, load.arguments, self.columns) if ask else None

    def find(self, context: Any) -> Awaitable[Sequence[Any]]:
        """What each distinct parent has."""
        if self.question is not None:
            found: Awaitable[Sequence[Any]] = context.answer(self.question)
            return found
        load = self.load
        return load.relation.load(context, self.distinct, load.arguments, self.columns)

    def hand_out(self, run: "Run", found: Sequence[Any], following: "Batches") -> None:
        """Give each field what its parents have. What that asks for comes to what follows."""
        if len(self.distinct) < len(self.parents):
            by_parent = dict(zip(self.distinct, found, strict=True))
            found = [by_parent[parent] for parent in self.parents]
        for asked in self.asked:
            values = found
            if len(self.asked) > 1:
                values = found[asked.begin : asked.begin + len(asked.places)]
            if asked.then:
                values = [asked.then(value) for value in values]
            asked.filling.take(run, asked.places, values, following)


@dataclass(slots=True)
class Together:
    """Batches that are asked in one."""

    batches: Sequence[Batch]
    question: Any

    def find(self, context: Any) -> Awaitable[Sequence[Any]]:
        """What each batch has found."""
        found: Awaitable[Sequence[Any]] = context.answer(self.question)
        return found

    def hand_out(self, run: "Run", found: Sequence[Any], following: "Batches") -> None:
        """Give each batch what it has found."""
        for batch, of_batch in zip(self.batches, found, strict=True):
            batch.hand_out(run, of_batch, following)


class Batches(dict[Any, Batch]):
    """What a turn asks for, each relation with the same arguments and columns once."""

    def ask(
        self,
        filling: Filling,
        load: Load,
        columns: Columns,
        together: bool,
        parents: Sequence[Any],
        places: Sequence[int],
    ) -> None:
        """Ask for these rows' parents."""
        if load.columns is not None:
            columns = load.columns
        key = (id(load.relation), load.arguments, columns, together)
        batch = self.get(key)
        if batch is None:
            batch = self[key] = Batch(load, columns, together)
        batch.asked.append(Asked(filling, places, len(batch.parents), load.then))
        batch.parents += parents


@dataclass(slots=True)
class Run:
    """One run of a plan. What is asked for waits its turn, the latest first, so that what a row has below it is soon
    whole; and goes on beside as far as that is of use."""

    context: Any
    given: Given
    cost: int = 0
    """What the values found so far count for, by the weights of their fields."""
    _waiting: list[Batch | Together] = field(default_factory=list)

    async def bring(self, batches: Batches) -> None:
        """Bring what is asked for, and all that this asks for in turn. A failure ends it all."""
        waiting = self._waiting
        self._ask(batches)
        while len(waiting) == 1:
            await self._bring(waiting.pop())
        if waiting:
            async with asyncio.TaskGroup() as beside:
                await self._work(beside)

    def _ask(self, batches: Batches) -> None:
        """What is known is handed out at once; the rest has to wait."""
        context, slow, joined = self.context, list[Batch](), list[Batch]()
        while batches:
            following = Batches()
            for batch in batches.values():
                asked = batch.ask(context)
                if isinstance(asked, list):
                    batch.hand_out(self, asked, following)
                else:
                    batch.question = asked
                    (slow if asked is None else joined if batch.together else self._waiting).append(batch)
            batches = following
        if len(joined) > 1:
            question = context.together([batch.question for batch in joined])
            self._waiting.append(Together(joined, question))
        else:
            self._waiting += joined
        self._waiting += slow  # to be taken first

    async def _bring(self, batch: Batch | Together) -> None:
        following = Batches()
        batch.hand_out(self, await batch.find(self.context), following)
        self._ask(following)

    async def _work(self, beside: asyncio.TaskGroup) -> None:
        """Take one batch after another. While one is brought, another worker takes the next one: always beside what
        takes its time; beside what is quickly answered only where there is room."""
        waiting = self._waiting
        while waiting:
            batch = waiting.pop()
            if waiting and (batch.question is None or self.context.has_room):
                beside.create_task(self._work(beside))
            await self._bring(batch)
