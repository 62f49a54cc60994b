"""What an operation asks for, as a tree: fragments spread out and fields merged, as an answer will have them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLSchema,
    InlineFragmentNode,
    ObjectValueNode,
    SelectionSetNode,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
)

from executor.declare import weight
from executor.documents import Operation

SIZES = ("ids", "first", "last", "weeks", "input")
"""The arguments that say how many are asked for."""
_NAMED = "customerIds"
"""What of an input says so: a change answers the customers that it names."""

INTROSPECTION = {"__schema": 10, "__type": 10}
"""What these count for, whatever is asked of them: the limit of fields bounds them."""

Condition = tuple[DirectiveNode, ...]
"""The directives by which a field may be left out, its fragments' included."""
Objects = dict[str, dict[str, "Asked"]]
"""By the type of an object, what is asked of it, by the names that the answer has."""

_Selections = Sequence[tuple[Condition, SelectionSetNode | None]]


@dataclass(frozen=True)
class Asked:
    """A field, all its occurrences in one place together."""

    coordinate: str
    """Such as `Customer.tags`."""
    weight: int
    """What each of its values counts for."""
    is_list: bool = False
    is_page: bool = False
    is_change: bool = False
    sizes: tuple[Any, ...] = ()
    """What was given for the arguments that say how many, or their defaults."""
    conditions: tuple[Condition, ...] = ((),)
    """It is in the answer when one of them holds."""
    below: Objects = field(default_factory=dict)


def tree(schema: GraphQLSchema, operation: Operation) -> Objects:
    """What a valid operation asks for."""
    root = schema.get_root_type(operation.type)
    return _Tree(schema, operation.document.fragments).objects(
        root, [((), operation.definition.selection_set)]
    )


class _Tree:
    def __init__(self, schema: GraphQLSchema, fragments: dict[str, Any]) -> None:
        self._schema = schema
        self._fragments = fragments

    def objects(self, type_: Any, selections: _Selections) -> Objects:
        possible = self._schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        return {one.name: self._object(one, selections) for one in possible}

    def _object(self, type_: Any, selections: _Selections) -> dict[str, Asked]:
        found: dict[str, list[tuple[Condition, FieldNode]]] = {}
        for outer, selection in selections:
            for condition, node in self._fields(type_, selection, outer):
                found.setdefault((node.alias or node.name).value, []).append((condition, node))
        return {key: self._asked(type_, occurrences) for key, occurrences in found.items()}

    def _fields(
        self, type_: Any, selection: SelectionSetNode | None, outer: Condition
    ) -> Iterator[tuple[Condition, FieldNode]]:
        for node in selection.selections if selection else ():
            match node:
                case FieldNode():
                    yield (*outer, *(node.directives or ())), node
                case InlineFragmentNode() | FragmentSpreadNode():
                    fragment: Any = node
                    if isinstance(node, FragmentSpreadNode):
                        fragment = self._fragments[node.name.value]
                    if self._is_for(type_, fragment.type_condition):
                        condition = (*outer, *(node.directives or ()))
                        yield from self._fields(type_, fragment.selection_set, condition)

    def _is_for(self, type_: Any, condition: Any) -> bool:
        if condition is None or condition.name.value == type_.name:
            return True
        named: Any = self._schema.get_type(condition.name.value)
        return is_abstract_type(named) and self._schema.is_sub_type(named, type_)

    def _asked(self, type_: Any, occurrences: list[tuple[Condition, FieldNode]]) -> Asked:
        node = occurrences[0][1]
        name = node.name.value
        conditions = tuple(condition for condition, _ in occurrences)
        if name.startswith("__"):
            return Asked(name, INTROSPECTION.get(name, 0), conditions=conditions)
        definition = type_.fields[name]
        named: Any = get_named_type(definition.type)
        composite = is_composite_type(named)
        return Asked(
            f"{type_.name}.{name}",
            weight(definition),
            is_list=composite and isinstance(get_nullable_type(definition.type), GraphQLList),
            is_page=composite and "pageInfo" in named.fields,
            is_change="input" in definition.args,
            sizes=_sizes(definition, node),
            conditions=conditions,
            below=self.objects(named, [(condition, one.selection_set) for condition, one in occurrences])
            if composite
            else {},
        )


def size_in(value: Any) -> Any:
    """What of an argument's value says how many: of an input, the list that it names."""
    match value:
        case ObjectValueNode():
            return next((field.value for field in value.fields if field.name.value == _NAMED), None)
        case dict():
            return value.get(_NAMED)
    return value


def _sizes(definition: GraphQLField, node: FieldNode) -> tuple[Any, ...]:
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    named = [name for name in SIZES if name in definition.args]
    sizes = [size_in(given.get(name, definition.args[name].default_value)) for name in named]
    return tuple(size for size in sizes if size is not None and size is not Undefined)
