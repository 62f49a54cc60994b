"""Criteria: what a list is filtered by, as values ready for the statement's parameters."""

from collections.abc import Callable, Mapping
from typing import Any

from models.search import fold, search_words
from resolvers.context import Arguments

Prepare = Callable[[Any], Any]

# A word occurs in one text or another when it occurs in the two with a newline between, which no word contains.
CONTAINS_WORDS = "NOT EXISTS (SELECT 1 FROM unnest(:search::text[]) word WHERE strpos({text}, word) = 0)"


def folded(names: list[str]) -> tuple[str, ...]:
    return tuple(fold(name.strip()) for name in names)


def words(search: str) -> tuple[str, ...]:
    return tuple(search_words(search))


def freeze(given: Mapping[str, Any], prepare: Mapping[str, Prepare]) -> Arguments:
    """The criteria that narrow something: an empty list or text is no criterion, like one not given."""
    frozen = []
    for name, value in sorted(given.items()):
        if value is None or value == [] or value == "":
            continue
        ready = prepare[name](value) if name in prepare else value
        frozen.append((name, tuple(ready) if isinstance(ready, list) else ready))
    return tuple(frozen)
