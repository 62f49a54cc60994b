"""Pets and their owners, for tests of the compiled executor: rows of two kinds, and the relations that find them."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Any

from aiodataloader import DataLoader

from executor.columns import Columns
from executor.declare import Arguments


class Dog(dict[str, Any]):
    """A row that is read by key, as records are; graphql-core's way by attribute."""

    def __getattr__(self, name: str) -> Any:
        if name in self:
            return self[name]
        raise AttributeError(name)


class Cat(SimpleNamespace):
    """A row that is read by attribute."""


class Color(Enum):
    RED = "red"
    BLUE = "blue"


def dog(number: int, **more: Any) -> Dog:
    return Dog(
        id=number,
        name=f"dog {number}",
        color="red",
        born=date(2020, 1, number),
        seen=datetime(2026, 1, 1, 2, 3, 4, 5 * number, tzinfo=UTC),
        weight=Decimal("1.50"),
        height=0.5 * number,
        legs=4,
        good=True,
        words=["sit", "stay"],
        odd=None,
        owner_id=number % 2 + 1,
        friend_ids=[1, 2],
        **more,
    )


def cat(number: int) -> Cat:
    return Cat(**dog(number) | {"name": f"cat {number}", "color": Color.BLUE})


DOGS = {number: dog(number) for number in range(1, 6)}
CATS = {number: cat(number) for number in range(1, 4)}
OWNERS = {1: SimpleNamespace(id=1, name="Ann"), 2: SimpleNamespace(id=2, name="Bob")}


@dataclass(frozen=True)
class Found:
    """Rows by number, counted by call."""

    rows: dict[int, Any]
    name: str

    async def load(
        self, context: Any, parents: Sequence[int], arguments: Arguments, columns: Columns
    ) -> list[Any]:
        context.calls[self.name] += 1
        context.columns[self.name] = columns
        await asyncio.sleep(0)
        return [self.rows.get(parent) for parent in parents]


@dataclass(frozen=True)
class Pets:
    """All pets of each owner, or of anybody for owner 0."""

    async def load(
        self, context: Any, parents: Sequence[int], arguments: Arguments, columns: Columns
    ) -> list[Any]:
        context.calls["pets"] += 1
        context.columns["pets"] = columns
        least = dict(arguments).get("least", 0)
        pets = [*DOGS.values(), *CATS.values()]
        owned = [pet for pet in pets if id_of(pet) >= least]
        return [[pet for pet in owned if owner in (0, id_of(pet) % 2 + 1)] for owner in parents]


def id_of(pet: Any) -> int:
    return int(pet["id"] if isinstance(pet, dict) else pet.id)


OWNER_BY_ID = Found(OWNERS, "owner")
DOG_BY_ID = Found(DOGS, "dog")
PETS = Pets()


@dataclass
class Context:
    calls: Counter[str] = field(default_factory=Counter)
    columns: dict[str, Columns] = field(default_factory=dict)
    memory: dict[Any, Any] = field(default_factory=dict)
    loaders: dict[Any, Any] = field(default_factory=dict)

    async def load(self, relation: Any, parent: Any, arguments: Any, columns: Any) -> Any:
        async def batch(parents: list[Any]) -> list[Any]:
            return list(await relation.load(self, parents, arguments, columns))

        key = (id(relation), arguments, columns)
        loader = self.loaders.setdefault(key, None) or DataLoader(batch)
        self.loaders[key] = loader
        return await loader.load(parent)
