"""Making an operation smaller for as long as something about it stays so: to show what matters."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from graphql import (
    REMOVE,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    Node,
    SelectionSetNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from tests.random_operations import Request

_MOST_TRIES = 300


class _Without(Visitor):
    """Takes the nth removable node out."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self._left = n
        self.removed = False

    def enter(self, node: Node, _key: Any, _parent: Any, _path: Any, _ancestors: Any) -> Any:
        if self.removed or node.kind not in _REMOVABLE:
            return None
        if self._left == 0:
            self.removed = True
            return REMOVE
        self._left -= 1
        return None


_REMOVABLE = {"field", "inline_fragment", "fragment_spread", "argument", "directive", "object_field"}


class _Empty(Exception):
    """Something is left without a selection."""


async def smallest(request: Request, holds: Callable[[Request], Awaitable[bool]]) -> Request:
    """The smallest operation found for which it still holds."""
    tries = 0
    smaller = True
    while smaller and tries < _MOST_TRIES:
        smaller = False
        for candidate in _smaller(request):
            tries += 1
            if await holds(candidate):
                request, smaller = candidate, True
                break
    return request


def _smaller(request: Request) -> Iterator[Request]:
    try:
        document = parse(request.query)
    except GraphQLError:
        return
    n = 0
    while True:
        without = _Without(n)
        less = visit(document, without)
        if not without.removed:
            return
        n += 1
        try:
            text = print_ast(_tidied(less))
            parse(text)
        except (_Empty, GraphQLError, AttributeError, TypeError):
            continue
        yield Request(text, _used(text, request.variables), request.operation_name)


def _tidied(document: Any) -> Any:
    """Without fragments that nothing spreads, and variables that nothing names."""
    spread: set[str] = set()
    named: set[str] = set()

    class Uses(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
            spread.add(node.name.value)

        def enter_variable(self, node: VariableNode, _key: Any, parent: Any, *_: Any) -> None:
            if getattr(parent, "kind", "") != "variable_definition":
                named.add(node.name.value)

        def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
            if not node.selections:
                raise _Empty

    visit(document, Uses())

    class Unused(Visitor):
        def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> Any:
            return None if node.name.value in spread else REMOVE

        def enter_variable_definition(self, node: Any, *_: Any) -> Any:
            return None if node.variable.name.value in named else REMOVE

    return visit(document, Unused())


def _used(text: str, variables: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variables.items() if f"${name}" in text}
