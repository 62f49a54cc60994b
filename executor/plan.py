"""A compiled operation: for each selection on an object type, how its rows become dicts, level by level.

Dicts are made as soon as their rows are there; what hangs on them by a relation is filled in when it has come.
Whatever does not go as planned raises, and the operation is run again by graphql-core.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter, itemgetter
from types import NoneType
from typing import Any

from graphql import GraphQLObjectType
from strawberry.types.cast import get_strawberry_type_cast

from executor.batches import Batches, Run
from executor.columns import Columns
from executor.declare import At, Computing, Key, Load, Related
from executor.leaves import Surprise, is_value
from executor.project import Projection, Slot, is_keyed, projection

Arguments = Callable[[Run], dict[str, Any]]


class Out:
    """How values of a type are written. `start` takes a level's; what they ask for goes to the batches."""

    def start(self, run: Run, values: Sequence[Any], batches: Batches) -> Sequence[Any]:
        raise NotImplementedError


@dataclass(frozen=True)
class LeafOut(Out):
    """Scalars and enums that are not read in place."""

    write: Callable[[Sequence[Any]], Sequence[Any]]
    weight: int = 0

    def start(self, run: Run, values: Sequence[Any], batches: Batches) -> Sequence[Any]:
        run.cost += self.weight * len(values)
        return self.write(values)


@dataclass(frozen=True)
class ListOut(Out):
    """Lists: all their items are a level together."""

    items: Out
    nullable: bool

    def start(self, run: Run, values: Sequence[Any], batches: Batches) -> Sequence[Any]:
        flat: list[Any] = []
        for value in values:
            if type(value) is list or isinstance(value, list | tuple):
                flat += value
            elif value is not None or not self.nullable:
                raise Surprise
        items = self.items.start(run, flat, batches)
        written: list[Any] = []
        begin = 0
        for value in values:
            if value is None:
                written.append(None)
            else:
                end = begin + len(value)
                written.append(items[begin:end])
                begin = end
        return written


@dataclass(frozen=True)
class ObjectOut(Out):
    """Objects: each row's type is that of its class, which is asked once. Raises Surprise for what is no row."""

    plans: Sequence[tuple[GraphQLObjectType, "Objects"]]
    nullable: bool
    weight: int
    _by_class: dict[type, "Objects"] = field(default_factory=dict)

    def start(self, run: Run, values: Sequence[Any], batches: Batches) -> Sequence[Any]:
        kinds = set(map(type, values))
        if NoneType not in kinds:
            return self._objects(run, values, kinds, batches)
        if not self.nullable:
            raise Surprise
        rows = [value for value in values if value is not None]
        following = iter(self._objects(run, rows, kinds - {NoneType}, batches))
        return [None if value is None else next(following) for value in values]

    def _objects(self, run: Run, rows: Sequence[Any], kinds: set[type], batches: Batches) -> Sequence[Any]:
        run.cost += self.weight * len(rows)
        if len(kinds) == 1:
            return self._plan(rows[0]).start(run, rows, batches)
        places: dict[type, list[int]] = {}
        for n, row in enumerate(rows):
            places.setdefault(type(row), []).append(n)
        written: list[Any] = [None] * len(rows)
        for found in places.values():
            some = [rows[n] for n in found]
            for n, made in zip(found, self._plan(some[0]).start(run, some, batches), strict=True):
                written[n] = made
        return written

    def _plan(self, row: Any) -> "Objects":
        plan = self._by_class.get(type(row))
        if plan is None:
            plan = self._by_class[type(row)] = self._of(row)
        return plan

    def _of(self, row: Any) -> "Objects":
        if not is_value(row.__class__) or get_strawberry_type_cast(row):
            raise Surprise
        if len(self.plans) == 1 and self.plans[0][0].is_type_of is None:
            return self.plans[0][1]
        for type_, plan in self.plans:
            if type_.is_type_of and type_.is_type_of(row, None) is True:  # type: ignore[arg-type]
                return plan
        raise Surprise


@dataclass(frozen=True, eq=False)
class Step:
    """A field that is not read in place: by what it has, from a column, a resolver or a relation."""

    key: str
    out: Out
    type_name: str
    arguments: Arguments
    columns: Columns
    column: str | None = None
    call: Callable[..., Any] | None = None
    """A resolver, by its row, where it stands and its arguments."""
    related: Related | None = None
    itself: bool = False
    """Its objects are the rows themselves."""
    together: bool = False
    """Whether what it asks of a relation is asked in one with the rest of its level."""

    @property
    def within_row(self) -> "Objects | None":
        """What is read of each row in place: its objects are the rows themselves, and nothing is looked up for them."""
        out = self.out
        if not (self.itself and isinstance(out, ObjectOut) and len(out.plans) == 1):
            return None
        [(type_, objects)] = out.plans
        return None if type_.is_type_of or objects.computing or objects.steps else objects

    def start(self, run: Run, rows: Sequence[Any], dicts: Sequence[dict[str, Any]], batches: Batches) -> None:
        if self.related:
            _Filling(self, dicts).ask(run, self.related, rows, batches)
        elif self.itself:
            self.fill(run, rows, dicts, batches)
        elif self.call:
            call, at, arguments = self.call, self.at(run), self.arguments(run)
            self.fill(run, [call(row, at, arguments) for row in rows], dicts, batches)
        else:
            self.fill(run, read(rows, self.column or ""), dicts, batches)

    def fill(
        self, run: Run, values: Sequence[Any], dicts: Sequence[dict[str, Any]], batches: Batches
    ) -> None:
        key = self.key
        for made, value in zip(dicts, self.out.start(run, values, batches), strict=True):
            made[key] = value

    def load(self, run: Run, related: Related, root: Any = None) -> Load | None:
        """What to ask: of the row's parent, or of all parents where there is a key."""
        if not related.fixed:
            return related.load(root, self.at(run), self.arguments(run))
        loads = run.given.loads
        if self not in loads:
            loads[self] = related.load(root, self.at(run), self.arguments(run))
        return loads[self]

    def at(self, run: Run) -> At:
        return At(run.context, self.type_name, self.columns)


class _Filling:
    """A related field of a level, whose values come by one batch or by several."""

    def __init__(self, step: Step, dicts: Sequence[dict[str, Any]]) -> None:
        self._step = step
        self._dicts = dicts
        self._values: list[Any] = []
        self._missing = 0

    def ask(self, run: Run, related: Related, rows: Sequence[Any], batches: Batches) -> None:
        step = self._step
        if related.key:
            parents = keys(rows, related.key)
            places: Sequence[int] = range(len(rows))
            if None in parents:
                places = [n for n in places if parents[n] is not None]
                parents = [parents[n] for n in places]
            load = step.load(run, related)
            if load is not None and parents:
                self._missing += 1
                batches.ask(self, load, step.columns, step.together, parents, places)
        else:
            for n, row in enumerate(rows):
                load = step.load(run, related, row)
                if load is not None and load.parent is not None:
                    self._missing += 1
                    batches.ask(self, load, step.columns, step.together, (load.parent,), (n,))
        if not self._missing:
            step.fill(run, [None] * len(self._dicts), self._dicts, batches)

    def take(self, run: Run, places: Sequence[int], found: Sequence[Any], following: Batches) -> None:
        self._missing -= 1
        values = found
        if len(places) < len(self._dicts):
            self._values = values = self._values or [None] * len(self._dicts)
            for place, value in zip(places, found, strict=True):
                values[place] = value
        if not self._missing:
            self._step.fill(run, values, self._dicts, following)


@dataclass(eq=False)
class Objects:
    """A selection on one object type."""

    type_name: str
    slots: Sequence[Slot]
    computing: Sequence[Computing]
    steps: Sequence[Step]
    cost: int = 0
    """What the objects that are read of the same row count for."""
    _projections: dict[type, Projection] = field(default_factory=dict)

    def start(self, run: Run, rows: Sequence[Any], batches: Batches) -> list[dict[str, Any]]:
        """The rows' dicts; whole, but for what the batches will bring."""
        if not rows:
            return []
        run.cost += self.cost * len(rows)
        kind = type(rows[0])
        project = self._projections.get(kind)
        if project is None:
            project = self._projections[kind] = projection(self.slots, kind)
        if self.computing:
            at = At(run.context, self.type_name)
            dicts = project(rows, *[values(at, rows) for values in self.computing])
        else:
            dicts = project(rows)
        for step in self.steps:
            step.start(run, rows, dicts, batches)
        return dicts


def keys(rows: Sequence[Any], key: Key) -> Sequence[Any]:
    """The keys of rows that are all of one class."""
    if isinstance(key, str):
        return read(rows, key)
    return list(zip(*(read(rows, column) for column in key), strict=True))


def read(rows: Sequence[Any], column: str) -> Sequence[Any]:
    """A column of rows that are all of one class."""
    if not rows:
        return []
    kind: Any = type(rows[0])
    return list(map(_getter(kind, column), rows))


@lru_cache(maxsize=4096)
def _getter(kind: Any, column: str) -> Callable[[Any], Any]:
    return itemgetter(column) if is_keyed(kind) and not hasattr(kind, column) else attrgetter(column)
