"""What a process remembers of earlier requests, bounded."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Memory:
    """What a process remembers: the least recently used goes first when it holds too much."""

    most: int
    """How many values, counted over all results. None are kept with 0."""
    tell: Callable[[str, int], None]
    """Is told of each look-up: `hit` or `miss`, and how many values there are."""
    size: int = 0
    _results: OrderedDict[Hashable, tuple[Any, int]] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._results)

    def get(self, key: Hashable) -> Any:
        """The result, or None."""
        found = self._results.get(key)
        if found is None:
            self.tell("miss", self.size)
            return None
        self.tell("hit", self.size)
        self._results.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, result: Any, weight: int) -> None:
        if weight > self.most or key in self._results:
            return
        self._results[key] = (result, weight)
        self.size += weight
        while self.size > self.most:
            _, (_, freed) = self._results.popitem(last=False)
            self.size -= freed
