"""The order of every list.

Text compares by code point. A direction turns the named value round and nothing else: items without the
value come last both ways, and items with equal values follow each other by the ties, always ascending.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

Item = TypeVar("Item")


def ordered(
    items: Iterable[Item],
    value: Callable[[Item], Any],
    direction: str,
    ties: Callable[[Item], Any],
) -> list[Item]:
    if direction not in ("ASC", "DESC"):
        raise ValueError(direction)
    in_tie_order = sorted(items, key=ties)
    with_value = [item for item in in_tie_order if value(item) is not None]
    without_value = [item for item in in_tie_order if value(item) is None]
    # sorted() keeps equal items in the order they had, with reverse=True too.
    return sorted(with_value, key=value, reverse=direction == "DESC") + without_value
