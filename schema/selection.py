"""What an operation selects, as the columns that its rows need."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
)
from graphql.execution.values import get_directive_values

from resolvers.context import Columns, Context

Info = strawberry.Info[Context, None]
RawInfo = GraphQLResolveInfo[Context]

DIRECT: tuple[tuple[str, ...], ...] = ((),)
OF_CONNECTION = (("nodes",), ("edges", "node"))


def needs(*columns: str) -> dict[str, Any]:
    """A field's metadata: the columns that its resolver reads. Without it a field reads the column of its name."""
    return {"needs": columns}


def raw(info: Info) -> RawInfo:
    return info._raw_info


def wanted(info: Info, type_name: str, paths: Sequence[tuple[str, ...]] = DIRECT) -> Columns:
    """The columns of `type_name` that the operation wants at these paths below the field being resolved.

    Worked out once a request for each place in the operation, however many parents stand there.
    """
    memory = info.context.memory
    key = (id(raw(info).field_nodes[0]), type_name)
    if key not in memory:
        names: set[str] = set()
        for path in paths:
            names |= _selected(raw(info), raw(info).field_nodes, path)
        table = _needs_of(raw(info).schema.get_type(type_name))
        memory[key] = frozenset(column for name in names for column in table.get(name, ()))
    found: Columns = memory[key]
    return found


@lru_cache(maxsize=256)
def _needs_of(graphql_type: GraphQLObjectType) -> dict[str, tuple[str, ...]]:
    table = {}
    for name, field in graphql_type.fields.items():
        definition = field.extensions["strawberry-definition"]
        table[name] = tuple(definition.metadata.get("needs", (definition.python_name,)))
    return table


def _selected(info: RawInfo, nodes: Iterable[FieldNode], path: tuple[str, ...]) -> set[str]:
    fields = [field for node in nodes for field in _fields(info, node.selection_set)]
    if not path:
        return {field.name.value for field in fields}
    below = [field for field in fields if field.name.value == path[0]]
    return _selected(info, below, path[1:])


def _fields(info: RawInfo, selections: SelectionSetNode | None) -> Iterable[FieldNode]:
    for node in selections.selections if selections else ():
        if not _included(info, node):
            continue
        match node:
            case FieldNode():
                yield node
            case InlineFragmentNode():
                yield from _fields(info, node.selection_set)
            case FragmentSpreadNode():
                fragment: FragmentDefinitionNode = info.fragments[node.name.value]
                yield from _fields(info, fragment.selection_set)


def _included(info: RawInfo, node: Any) -> bool:
    if not node.directives:
        return True
    skip = get_directive_values(GraphQLSkipDirective, node, info.variable_values)
    include = get_directive_values(GraphQLIncludeDirective, node, info.variable_values)
    return not (skip and skip["if"]) and not (include and not include["if"])
