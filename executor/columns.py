"""Which columns a selection reads, by what its fields declare."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
)

Columns = frozenset[str]
Fragments = Mapping[str, FragmentDefinitionNode]
Included = Callable[[Any], bool]
"""Whether a node's @skip and @include let it in."""


def read_columns(
    schema: GraphQLSchema,
    type: GraphQLOutputType,
    nodes: Iterable[FieldNode],
    fragments: Fragments,
    included: Included,
) -> Columns:
    """The columns that rows of this type are read for, wherever they stand below these nodes.

    Of an interface or union it is all that any of its types is read for: a relation passes over what it has not.
    """
    named = get_named_type(type)
    if is_abstract_type(named):
        possible: Sequence[GraphQLObjectType] = schema.get_possible_types(named)
    else:
        possible = [named] if is_object_type(named) else []
    fields = [field for node in nodes for field in _fields(node.selection_set, fragments, included)]
    found: set[str] = set()
    for object_type in possible:
        for field in fields:
            definition = object_type.fields.get(field.name.value)
            if definition is None:
                continue
            declared = definition.extensions["strawberry-definition"]
            found.update(declared.metadata.get("needs", (declared.python_name,)))
            if is_through(declared.metadata, field):
                found |= read_columns(schema, definition.type, [field], fragments, included)
    return frozenset(found)


def is_through(metadata: Mapping[str, Any], node: FieldNode) -> bool:
    """Whether what is selected below the field is read from the row that the field is of."""
    return bool(metadata.get("through") or (metadata.get("in_row") and not node.arguments))


def wanted(info: strawberry.Info) -> Columns:
    """The columns that the selection below the field being resolved reads.

    Worked out once a request for each place in the operation, however many parents stand there. A place is all the
    nodes that are merged there: one node of a fragment may stand in several, each time beside others.
    """
    raw: Any = info._raw_info
    memory: dict[Any, Columns] = info.context.memory
    key = ("columns", tuple(map(id, raw.field_nodes)), raw.parent_type.name)
    if key not in memory:

        def included(node: Any) -> bool:
            return is_included(node, raw.variable_values)

        memory[key] = read_columns(raw.schema, raw.return_type, raw.field_nodes, raw.fragments, included)
    return memory[key]


def is_included(node: Any, variables: Mapping[str, Any]) -> bool:
    """Whether the node's @skip and @include let it in, by the coerced variables."""
    for directive in node.directives or ():
        name = directive.name.value
        if name in ("skip", "include"):
            given = directive.arguments[0].value  # `if`, the only one, which validation has seen to
            holds = variables.get(given.name.value) if isinstance(given, VariableNode) else given.value
            if holds is (name == "skip"):
                return False
    return True


def _fields(
    selections: SelectionSetNode | None, fragments: Fragments, included: Included
) -> Iterator[FieldNode]:
    for node in selections.selections if selections else ():
        if not included(node):
            continue
        match node:
            case FieldNode():
                yield node
            case InlineFragmentNode():
                yield from _fields(node.selection_set, fragments, included)
            case FragmentSpreadNode():
                yield from _fields(fragments[node.name.value].selection_set, fragments, included)
