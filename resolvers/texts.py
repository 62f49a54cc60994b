"""Texts of statements, put together once for each form that a question takes."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from resolvers.question import Statement

MOST = 1000
"""How many texts one relation keeps: what clients select and filter by takes few forms, but they could make up any."""


@dataclass
class Texts:
    """The texts of one relation, by everything that they depend on."""

    _known: dict[Hashable, Statement] = field(default_factory=dict)

    def get(self, key: Hashable, write: Callable[[], Statement]) -> Statement:
        text = self._known.get(key)
        if text is None:
            if len(self._known) >= MOST:
                self._known.clear()
            text = self._known[key] = write()
        return text
