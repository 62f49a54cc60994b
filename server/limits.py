"""What an operation may ask for at most: how deep, how many fields, how many rows.

One pass over the document, each fragment measured once, before anything is validated or run: an operation that
is too large costs no more than reading it.
"""

from collections.abc import Iterator
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
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

_PAGE_FIELDS = ("nodes", "edges")


@dataclass(frozen=True)
class Maxima:
    """The most that is served."""

    depth: int
    fields: int
    rows: int
    default_page_size: int


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
    """Raise TooComplex for an operation beyond the maxima."""
    measure = _Measure(document, variables, maxima)
    for operation in measure.operations(operation_name):
        size = measure.selection(operation.selection_set)
        if size.depth > maxima.depth:
            raise TooComplex(f"The operation nests fields {size.depth} deep; {maxima.depth} is the most.")
        if size.fields > maxima.fields:
            raise TooComplex(f"The operation has {size.fields} fields; {maxima.fields} is the most.")
        if size.rows > maxima.rows:
            raise TooComplex(
                f"By its page sizes the operation comes to {size.rows} rows; {maxima.rows} is the most."
                " Ask for smaller pages (first, last), above all in nested lists."
            )


class _Measure:
    def __init__(self, document: DocumentNode, variables: dict[str, Any], maxima: Maxima) -> None:
        self._document = document
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._variables = variables
        self._maxima = maxima
        self._known: dict[str, Size] = {}

    def operations(self, name: str | None) -> Iterator[OperationDefinitionNode]:
        for definition in self._document.definitions:
            if isinstance(definition, OperationDefinitionNode) and (
                name is None or (definition.name and definition.name.value == name)
            ):
                yield definition

    def selection(self, selections: SelectionSetNode | None) -> Size:
        depth = fields = rows = 0
        for node in selections.selections if selections else ():
            size = self._node(node)
            depth = max(depth, size.depth)
            fields += size.fields
            rows += size.rows
        return Size(depth, fields, rows)

    def _node(self, node: object) -> Size:
        match node:
            case FieldNode():
                return self._field(node)
            case InlineFragmentNode():
                return self.selection(node.selection_set)
            case FragmentSpreadNode():
                return self._fragment(node.name.value)
        return Size()

    def _fragment(self, name: str) -> Size:
        if name not in self._known:
            self._known[name] = Size()  # what a circle finds; validation refuses circles afterwards
            fragment = self._fragments.get(name)
            self._known[name] = self.selection(fragment.selection_set) if fragment else Size()
        return self._known[name]

    def _field(self, field: FieldNode) -> Size:
        if field.name.value.startswith("__"):
            return Size(1, 1, 0)  # introspection is deep by nature, and of a fixed size
        below = self.selection(field.selection_set)
        size = self._page_size(field)
        rows = below.rows if size is None else size * (1 + below.rows)
        return Size(below.depth + 1, below.fields + 1, rows)

    def _page_size(self, field: FieldNode) -> int | None:
        """The rows that a page asks for; None for a field that is no connection."""
        given = {argument.name.value: argument.value for argument in field.arguments or ()}
        for name in ("first", "last"):
            if name in given:
                return self._integer(given[name])
        pages = field.selection_set.selections if field.selection_set else ()
        if any(isinstance(node, FieldNode) and node.name.value in _PAGE_FIELDS for node in pages):
            return self._maxima.default_page_size
        return None

    def _integer(self, value: object) -> int:
        if isinstance(value, VariableNode):
            found = self._variables.get(value.name.value, self._default(value.name.value))
        else:
            found = int(value.value) if isinstance(value, IntValueNode) else None
        return found if isinstance(found, int) and found >= 0 else self._maxima.default_page_size

    def _default(self, variable: str) -> int | None:
        for definition in self._document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                for declared in definition.variable_definitions or ():
                    if declared.variable.name.value == variable and isinstance(
                        declared.default_value, IntValueNode
                    ):
                        return int(declared.default_value.value)
        return None
