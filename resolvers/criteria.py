"""Criteria: what a list is filtered by, as values ready for the statement's parameters."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from strawberry.utils.str_converters import to_camel_case

from models.search import fold, search_words
from resolvers.context import Arguments
from resolvers.errors import BadUserInput
from resolvers.ids import GlobalIds

Prepare = Callable[[Any], Any]

MOST_SEARCHED = 500
"""So many characters a search takes at most: every row is compared with all of it."""
MOST_VALUES = 500
"""So many alternatives one criterion takes at most, for the same reason."""

# A word occurs in one text or another when it occurs in the two with a newline between, which no word contains.
CONTAINS_WORDS = "NOT EXISTS (SELECT 1 FROM unnest(:search::text[]) word WHERE strpos({text}, word) = 0)"


class SealedIds(NamedTuple):
    """Global IDs as they were sent: of one type, in an argument. They are opened when their list is asked for."""

    type_name: str
    argument: str
    ids: tuple[str, ...]

    def numbers(self, seal: GlobalIds) -> tuple[int, ...]:
        """Raises BadUserInput for one that is not of the type."""
        return seal.open_all_as(self.type_name, self.ids, self.argument)


def opened(criteria: Arguments, seal: GlobalIds) -> Arguments:
    """The criteria with numbers for IDs. Raises BadUserInput for one that is none."""
    return tuple(
        (name, value.numbers(seal) if isinstance(value, SealedIds) else value) for name, value in criteria
    )


def folded(names: list[str]) -> tuple[str, ...]:
    return tuple(fold(name.strip()) for name in names)


def words(search: str) -> tuple[str, ...]:
    """The words of a search, each once: a row is compared with every one. Raises BadUserInput for a search that is
    too long."""
    if len(search) > MOST_SEARCHED:
        raise BadUserInput(f"search: takes {MOST_SEARCHED} characters at most, and was given {len(search)}.")
    return tuple(dict.fromkeys(search_words(search)))


def search_criteria(given: Mapping[str, Any]) -> Arguments:
    """The criteria of a filter of which only a search needs preparing."""
    return freeze(given, {"search": words})


def freeze(given: Mapping[str, Any], prepare: Mapping[str, Prepare]) -> Arguments:
    """The criteria that narrow something: an empty list or text is no criterion, like one not given.

    Raises BadUserInput for too many alternatives.
    """
    frozen = []
    for name, value in sorted(given.items()):
        if value is None or value == [] or value == "":
            continue
        if isinstance(value, list) and len(value) > MOST_VALUES:
            raise BadUserInput(
                f"{to_camel_case(name)}: takes {MOST_VALUES} values at most, and was given {len(value)}."
            )
        ready = prepare[name](value) if name in prepare else value
        frozen.append((name, tuple(ready) if isinstance(ready, list) else ready))
    return tuple(frozen)
