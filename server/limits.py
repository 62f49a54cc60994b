"""What an operation may ask for at most: how deep, how many fields, aliases and directives.

One pass over the document, each fragment measured once, before anything is validated or run: an operation that
is too large costs no more than reading it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    SelectionSetNode,
)
from graphql.validation.rules import overlapping_fields_can_be_merged

from executor.documents import Operation

NESTING = 200
"""How deep selections may stand in each other, fragments included, whatever is set: all that reads them recurses."""
_INTROSPECTION = {"__schema": 200, "__type": 20}
"""How many fields these count for: the whole schema a thousand times over would hold up everyone else."""
_BEYOND = 10**9
"""Where counting stops."""

# Validation compares fields of the same name with each other. This is what it may take to: a tenth of a second at
# most, where the library would take a whole one; an operation of a thousand different fields is far below it.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 50_000


@dataclass(frozen=True)
class Maxima:
    """The most that is served."""

    depth: int
    fields: int
    aliases: int
    directives: int


@dataclass(frozen=True)
class Size:
    """What a selection comes to, fragments spread out."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0

    def below(self, node: FieldNode) -> "Size":
        """The size of a field that has this one's selection."""
        name = node.name.value
        depth = 0 if name in _INTROSPECTION else self.depth + 1  # deep by nature, which validation bounds
        fields = self.fields + _INTROSPECTION.get(name, 1)
        return Size(depth, fields, self.aliases + (node.alias is not None), self.directives)


class TooComplex(GraphQLError):
    """An operation that asks for too much at once. What may be asked for is in the message."""

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": "QUERY_TOO_COMPLEX"})


def check(operation: Operation, maxima: Maxima) -> None:
    """Raise TooComplex for an operation beyond the maxima."""
    size = operation.memory.get(Size)
    if size is None:
        size = operation.memory[Size] = _measured(operation)
    for what, found, most in (
        ("nests fields {} deep", size.depth, maxima.depth),
        ("has {} fields, fragments spread out", size.fields, maxima.fields),
        ("has {} aliases, fragments spread out", size.aliases, maxima.aliases),
        ("has {} directives, fragments spread out", size.directives, maxima.directives),
    ):
        if found > most:
            number = str(found) if found < _BEYOND else "more than a thousand million"
            raise TooComplex(f"The operation {what.format(number)}; {most} is the most.")


def _measured(operation: Operation) -> Size:
    measure = _Measure(operation.document.fragments)
    definition = operation.definition
    size = measure.selection(definition.selection_set)
    declared: list[Any] = [definition, *(definition.variable_definitions or ())]
    for name in operation.document.fragments:  # those that the operation does not use are validated as well
        measure.fragment(name)
    directives = size.directives + sum(len(node.directives or ()) for node in declared)
    return Size(size.depth, size.fields, size.aliases, directives)


class _Measure:
    """Sizes of selections, each fragment's worked out once."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, Size] = {}
        self._nesting = 0

    def selection(self, selections: SelectionSetNode | None) -> Size:
        depth = fields = aliases = directives = 0
        self._nesting += 1
        if self._nesting > NESTING:
            raise TooComplex(f"The document nests selections and fragments more than {NESTING} deep.")
        nodes: Iterable[Any] = selections.selections if selections else ()
        for node in nodes:
            size = self._node(node)
            depth = max(depth, size.depth)
            fields += size.fields
            aliases += size.aliases
            directives += size.directives + len(node.directives or ())
        self._nesting -= 1
        return Size(depth, min(fields, _BEYOND), min(aliases, _BEYOND), min(directives, _BEYOND))

    def fragment(self, name: str) -> Size:
        if name not in self._known:
            self._known[name] = Size()  # what a circle finds; validation refuses circles afterwards
            fragment = self._fragments.get(name)
            self._known[name] = self.selection(fragment.selection_set) if fragment else Size()
        return self._known[name]

    def _node(self, node: Any) -> Size:
        match node:
            case FieldNode():
                return self.selection(node.selection_set).below(node)
            case InlineFragmentNode():
                return self.selection(node.selection_set)
            case FragmentSpreadNode():
                return self.fragment(node.name.value)
        return Size()
