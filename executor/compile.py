"""From an operation to its plan: fields merged, fragments spread, types and declarations looked up, once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_interface_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from executor.batches import Given, Run
from executor.collect import Selections
from executor.columns import is_included
from executor.declare import Computing, weight
from executor.documents import Operation
from executor.leaves import Leaf, leaf
from executor.plan import Arguments, LeafOut, ListOut, ObjectOut, Objects, Out, Step
from executor.project import Slot, writer

CONDITIONS = frozenset({"skip", "include"})


class NotCompiled(Exception):
    """Why an operation is left to graphql-core."""


def conditions(operation: Operation) -> tuple[str, ...]:
    """The variables that decide by @skip and @include what is selected. Raises NotCompiled for other directives."""
    if operation.definition.directives:
        raise NotCompiled("a directive on the operation")
    names: dict[str, None] = {}
    fragments = dict(operation.document.fragments)
    sets = [operation.definition.selection_set]
    while sets:
        for node in sets.pop().selections:
            for directive in node.directives or ():
                if directive.name.value not in CONDITIONS:
                    raise NotCompiled(f"@{directive.name.value}")
                assert directive.arguments
                given = directive.arguments[0].value
                if isinstance(given, VariableNode):
                    names[given.name.value] = None
            if isinstance(node, FragmentSpreadNode):
                fragment = fragments.pop(node.name.value, None)
                below = fragment.selection_set if fragment else None
            else:
                below = node.selection_set  # type: ignore[attr-defined]
            if below is not None:
                sets.append(below)
    return tuple(names)


def compile_operation(schema: Schema, operation: Operation, chosen: Mapping[str, bool]) -> Objects:
    """The plan of a query's root, for one choice of what is skipped. Raises NotCompiled."""
    if operation.type is not OperationType.QUERY:
        raise NotCompiled(operation.type.value)
    root = schema._schema.query_type
    assert root is not None
    return _Compiler(schema, operation, chosen).objects(root, [operation.definition.selection_set])


class _Compiler:
    def __init__(self, schema: Schema, operation: Operation, chosen: Mapping[str, bool]) -> None:
        self._strawberry = schema
        self._schema = schema._schema
        fragments = operation.document.fragments
        self._selections = Selections(self._schema, fragments, lambda node: is_included(node, chosen))

    def objects(
        self,
        type_: GraphQLObjectType,
        selections: Iterable[SelectionSetNode | None],
        *,
        together: bool = False,
    ) -> Objects:
        slots: list[Slot] = []
        computing: list[Computing] = []
        steps: list[Step] = []
        cost = 0
        for key, nodes in self._selections.fields(type_, selections).items():
            name = nodes[0].name.value
            if name == "__typename":
                slots.append(Slot(key, constant=type_.name))
                continue
            definition = type_.fields.get(name)
            declared = definition.extensions.get("strawberry-definition") if definition else None
            if definition is None or declared is None:
                raise NotCompiled(name)
            if not _is_as_declared(declared):
                raise NotCompiled(f"{type_.name}.{name} is resolved in a way of its own")
            slot = self._in_place(key, definition, declared, computing)
            if slot is None:
                step = self._step(key, type_, nodes, definition, declared, together=together)
                below = step.within_row
                if below:
                    slot = Slot(key, below=below.slots)
                    cost += weight(definition) + below.cost
                else:
                    steps.append(step)
            slots.append(slot or Slot(key))
        return Objects(type_.name, slots, computing, steps, cost)

    def _in_place(
        self, key: str, definition: GraphQLField, declared: StrawberryField, computing: list[Computing]
    ) -> Slot | None:
        """How a leaf is read or computed in place; None for what takes a step of its own."""
        if not is_leaf_type(get_named_type(definition.type)) or weight(definition):
            return None
        single, write = self._leaf(definition.type)
        if declared.is_basic_field:
            return Slot(key, single, write, column=declared.python_name)
        values = declared.metadata.get("computed")
        if values is None:
            return None
        computing.append(values)
        return Slot(key, single, write, computed=len(computing) - 1)

    def _leaf(self, type_: GraphQLOutputType) -> tuple[Leaf | None, Any]:
        named = get_named_type(type_)
        nullable = not is_non_null_type(type_)
        if named is get_nullable_type(type_):
            single = leaf(named, nullable=nullable)  # type: ignore[arg-type]
            return single, single.slow
        out = self._out(type_, [], 0, together=False)

        def write(value: Any) -> Any:
            return out.start(_NO_RUN, [value], None)[0]  # type: ignore[arg-type]

        return None, write

    def _step(
        self,
        key: str,
        type_: GraphQLObjectType,
        nodes: Sequence[FieldNode],
        definition: GraphQLField,
        declared: StrawberryField,
        *,
        together: bool,
    ) -> Step:
        below = together or bool(declared.metadata.get("together"))
        out = self._out(definition.type, nodes, weight(definition), together=below)
        columns = self._selections.columns(definition.type, nodes)
        arguments = self._arguments(nodes[0], definition, declared)
        if declared.metadata.get("in_row") and not nodes[0].arguments:
            return Step(key, out, type_.name, arguments, columns, itself=True)
        related = declared.metadata.get("related")
        if related:
            return Step(key, out, type_.name, arguments, columns, related=related, together=together)
        if declared.is_basic_field:
            return Step(key, out, type_.name, arguments, columns, column=declared.python_name)
        resolver = declared.base_resolver
        if "computed" in declared.metadata or resolver is None or resolver.is_async:
            raise NotCompiled(f"{type_.name}.{nodes[0].name.value} is resolved one by one")
        return Step(key, out, type_.name, arguments, columns, call=_call(declared))

    def _out(self, type_: GraphQLOutputType, nodes: Sequence[FieldNode], cost: int, *, together: bool) -> Out:
        nullable = not is_non_null_type(type_)
        bare = get_nullable_type(type_)
        if is_list_type(bare):
            return ListOut(self._out(bare.of_type, nodes, cost, together=together), nullable)
        if is_leaf_type(bare):
            return LeafOut(writer(leaf(bare, nullable=nullable)), cost)
        possible: Sequence[Any] = [bare]
        if is_abstract_type(bare):
            possible = self._schema.get_possible_types(bare)
            if not _is_told_by_class(bare, possible):
                raise NotCompiled(f"{bare.name} is resolved row by row")
        selections = [node.selection_set for node in nodes]
        plans = [(found, self.objects(found, selections, together=together)) for found in possible]
        return ObjectOut(plans, nullable, cost)

    def _arguments(self, node: FieldNode, definition: GraphQLField, declared: StrawberryField) -> Arguments:
        """The field's arguments as its resolver takes them: worked out now, unless variables are among them."""
        if not definition.args:
            return lambda run: {}

        def coerced(variables: Any) -> dict[str, Any]:
            given = get_argument_values(definition, node, variables)
            converter = self._strawberry.schema_converter
            return convert_arguments(
                given, declared.arguments, converter.scalar_registry, self._strawberry.config
            )

        if any(_names_variables(argument.value) for argument in node.arguments or ()):
            mine = object()

            def arguments(run: Run) -> dict[str, Any]:
                known = run.given.arguments
                if mine not in known:
                    known[mine] = coerced(run.given.variables)
                return known[mine]

            return arguments
        constant = coerced(None)
        return lambda run: constant


def _is_as_declared(field: StrawberryField) -> bool:
    """Whether its values are what its resolver says, or its row's attribute."""
    usual = type(field).get_result is StrawberryField.get_result and field.default_resolver is getattr
    return usual and not field.extensions


def _is_told_by_class(abstract: GraphQLNamedType, possible: Sequence[GraphQLObjectType]) -> bool:
    """Whether each possible type says of which classes its rows are, and the interface or union nothing beside it."""
    told = (type_.extensions["strawberry-definition"].is_type_of for type_ in possible)
    rows_are_asked = is_interface_type(abstract) and abstract.extensions["strawberry-definition"].resolve_type
    return all(told) and not rows_are_asked


_NO_RUN = Run(None, Given(VariableValues({}, {})))


def _names_variables(value: Any) -> bool:
    if isinstance(value, VariableNode):
        return True
    below = getattr(value, "values", None) or [field.value for field in getattr(value, "fields", None) or ()]
    return any(map(_names_variables, below))


def _call(declared: StrawberryField) -> Any:
    """A synchronous resolver as a step calls it."""
    resolver = declared.base_resolver
    assert resolver is not None
    function = resolver.wrapped_func
    if (
        resolver.self_parameter
        or resolver.parent_parameter
        or isinstance(function, staticmethod | classmethod)
    ):
        raise NotCompiled(f"{declared.python_name} is a method")
    root = resolver.root_parameter.name if resolver.root_parameter else None
    info = resolver.info_parameter.name if resolver.info_parameter else None

    def call(row: Any, at: Any, arguments: Mapping[str, Any]) -> Any:
        given = dict(arguments)
        if root:
            given[root] = row
        if info:
            given[info] = at
        return function(**given)

    return call
