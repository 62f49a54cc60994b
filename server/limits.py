"""What an operation may ask for at most: how deep, how many fields, how many rows.

One pass over the document, each fragment measured once, before anything is validated or run: an operation that
is too large costs no more than reading it.
"""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from resolvers.errors import BadUserInput

_PAGE_FIELDS = ("nodes", "edges")
_NESTING = 200
"""How deep selections may stand in each other, fragments included, whatever is set: all that reads them recurses."""
_INTROSPECTION = {"__schema": 200, "__type": 20}
"""How many fields these count for: the whole schema a thousand times over would hold up everyone else."""
_BEYOND = 10**9
"""Where counting stops."""
_DIGITS = 12
"""As much of a number as matters here: GraphQL's own end at ten digits."""


@dataclass(frozen=True)
class Maxima:
    """The most that is served."""

    depth: int
    fields: int
    rows: int
    default_page_size: int
    maximum_page_size: int


@dataclass(frozen=True)
class Size:
    """What a selection comes to: levels below it, fields in it, rows that one parent brings."""

    depth: int = 0
    fields: int = 0
    rows: int = 0


class TooComplex(GraphQLError):
    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": "QUERY_TOO_COMPLEX"})


def check(
    document: DocumentNode, operation_name: str | None, variables: dict[str, Any], maxima: Maxima
) -> None:
    """Raise TooComplex for an operation beyond the maxima, BadUserInput when it is not clear which one is meant."""
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if operation_name is None and len(operations) > 1:
        raise BadUserInput("operationName: the document has several operations, so name one.")
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    for operation in operations:
        if operation_name is None or (operation.name and operation.name.value == operation_name):
            measure = _Measure(operation, fragments, variables, maxima)
            _compare(measure.selection(operation.selection_set), maxima)
            for name in fragments:  # those that the operation does not use are validated as well
                measure.fragment(name)


def _compare(size: Size, maxima: Maxima) -> None:
    if size.depth > maxima.depth:
        raise TooComplex(f"The operation nests fields {size.depth} deep; {maxima.depth} is the most.")
    if size.fields > maxima.fields:
        raise TooComplex(f"The operation has {_number(size.fields)} fields; {maxima.fields} is the most.")
    if size.rows > maxima.rows:
        raise TooComplex(
            f"By its page sizes the operation comes to {_number(size.rows)} rows; {maxima.rows} is the most."
            " Ask for smaller pages (first, last), above all in nested lists."
        )


def _number(count: int) -> str:
    return str(count) if count < _BEYOND else "more than a thousand million"


class _Measure:
    """One operation's sizes, each fragment's worked out once."""

    def __init__(
        self,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDefinitionNode],
        variables: dict[str, Any],
        maxima: Maxima,
    ) -> None:
        self._fragments = fragments
        self._maxima = maxima
        self._known: dict[str, Size] = {}
        self._nesting = 0
        self._variables = {
            declared.variable.name.value: declared.default_value
            for declared in operation.variable_definitions or ()
        } | variables

    def selection(self, selections: SelectionSetNode | None) -> Size:
        depth = fields = rows = 0
        self._nesting += 1
        if self._nesting > _NESTING:
            raise TooComplex(f"The document nests selections and fragments more than {_NESTING} deep.")
        for node in selections.selections if selections else ():
            size = self._node(node)
            depth = max(depth, size.depth)
            fields += size.fields
            rows += size.rows
        self._nesting -= 1
        return Size(depth, min(fields, _BEYOND), min(rows, _BEYOND))

    def fragment(self, name: str) -> Size:
        if name not in self._known:
            self._known[name] = Size()  # what a circle finds; validation refuses circles afterwards
            fragment = self._fragments.get(name)
            self._known[name] = self.selection(fragment.selection_set) if fragment else Size()
        return self._known[name]

    def _node(self, node: object) -> Size:
        match node:
            case FieldNode():
                return self._field(node)
            case InlineFragmentNode():
                return self.selection(node.selection_set)
            case FragmentSpreadNode():
                return self.fragment(node.name.value)
        return Size()

    def _field(self, field: FieldNode) -> Size:
        below = self.selection(field.selection_set)
        if field.name.value.startswith("__"):  # deep by nature, which validation bounds, and of no rows
            return Size(1, below.fields + _INTROSPECTION.get(field.name.value, 1), 0)
        size = self._length(field)
        rows = below.rows if size is None else size * (1 + below.rows)
        return Size(below.depth + 1, below.fields + 1, min(rows, _BEYOND))

    def _length(self, field: FieldNode) -> int | None:
        """How many rows the field asks for; None where it is no list of a chosen length."""
        given = {a.name.value: self._value(a.value) for a in field.arguments or ()}
        sizes = [size for name in ("ids", "first", "last") if (size := given.get(name)) is not None]
        if sizes:
            size = min(max(0, *sizes), _BEYOND)
            # A longer page than any is refused by the list itself, which names the argument.
            return size if size == _BEYOND else min(size, self._maxima.maximum_page_size)
        nodes = field.selection_set.selections if field.selection_set else ()
        is_page = any(isinstance(node, FieldNode) and node.name.value in _PAGE_FIELDS for node in nodes)
        return self._maxima.default_page_size if is_page or "first" in given or "last" in given else None

    def _value(self, value: object) -> int | None:
        """A number, or for a list how long it is; None for anything else."""
        if isinstance(value, VariableNode):
            value = self._variables.get(value.name.value)
        match value:
            case IntValueNode():
                return int(value.value[:_DIGITS])
            case ListValueNode():
                return len(value.values)
            case list():
                return len(value)
            case int() | float():
                return int(max(-_BEYOND, min(value, _BEYOND)))
        return None
