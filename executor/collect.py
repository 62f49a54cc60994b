"""What is selected on an object type: fragments spread, and what has the same key in the answer together."""

from collections.abc import Iterable
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionSetNode,
    is_abstract_type,
)

from executor.columns import Columns, Fragments, Included, read_columns


@dataclass(frozen=True)
class Selections:
    """The selections of one operation, for one choice of what is skipped."""

    schema: GraphQLSchema
    fragments: Fragments
    included: Included

    def fields(
        self, type_: GraphQLObjectType, selections: Iterable[SelectionSetNode | None]
    ) -> dict[str, list[FieldNode]]:
        """The fields by the key of their answer, in the order in which they first come."""
        found: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for selection in selections:
            self._collect(type_, selection, found, visited)
        return found

    def columns(self, type_: GraphQLOutputType, nodes: Iterable[FieldNode]) -> Columns:
        """The columns that rows of the type are read for below these nodes."""
        return read_columns(self.schema, type_, nodes, self.fragments, self.included)

    def _collect(
        self,
        type_: GraphQLObjectType,
        selection: SelectionSetNode | None,
        found: dict[str, list[FieldNode]],
        visited: set[str],
    ) -> None:
        for node in selection.selections if selection else ():
            if not self.included(node):
                continue
            match node:
                case FieldNode():
                    key = node.alias.value if node.alias else node.name.value
                    found.setdefault(key, []).append(node)
                case InlineFragmentNode():
                    if self._applies(node.type_condition, type_):
                        self._collect(type_, node.selection_set, found, visited)
                case FragmentSpreadNode():
                    name = node.name.value
                    if name not in visited:
                        visited.add(name)
                        fragment = self.fragments[name]
                        if self._applies(fragment.type_condition, type_):
                            self._collect(type_, fragment.selection_set, found, visited)

    def _applies(self, condition: NamedTypeNode | None, type_: GraphQLObjectType) -> bool:
        if condition is None or condition.name.value == type_.name:
            return True
        named = self.schema.get_type(condition.name.value)
        return named is not None and is_abstract_type(named) and self.schema.is_sub_type(named, type_)
