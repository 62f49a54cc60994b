"""Random operations over a schema, with arguments that mean something: most of them find rows.

Everything that GraphQL has is drawn: variables given, left out and null, their defaults, bad arguments, aliases,
fragments of every kind, some in several places, fields merged of several selections, the same keys for objects of
different types, @skip and @include, __typename, several operations in a document.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_interface_type,
)

from tests.known import Known
from tests.random_arguments import Arguments

MOST_DEPTH = 7
ROOTS = {
    "customers": 10,
    "subscriptions": 6,
    "trials": 6,
    "analytics": 6,
    "customer": 6,
    "tags": 4,
    "partnerAdmins": 4,
    "node": 5,
    "nodes": 5,
    "viewer": 3,
    "resources": 2,
    "helpDesks": 1,
    "auditEvents": 3,
    "__typename": 1,
}


@dataclass(frozen=True)
class Request:
    """What a client sends."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None = None


@dataclass
class _Scope:
    """The keys that are taken in one object, whatever fragments they come from."""

    taken: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    """Those that were asked for since it was copied."""
    below: "dict[str, _Scope]" = field(default_factory=dict)
    """Of objects without arguments, by their key: they may be asked for again, and are merged."""

    def take(self, key: str) -> None:
        self.taken.add(key)
        self.used.add(key)

    def copy(self) -> "_Scope":
        return _Scope(set(self.taken), set(), {key: scope.copy() for key, scope in self.below.items()})

    def merge(self, other: "_Scope") -> None:
        """Take what was asked for in the other one."""
        self.taken |= other.used
        self.used |= other.used
        for key in other.used & other.below.keys():
            self.below.setdefault(key, _Scope()).merge(other.below[key])


@dataclass
class _Fragment:
    """A fragment that may stand in other places as well, where its keys are free."""

    name: str
    type_name: str
    scope: _Scope


class Writer:
    """Writes operations. The same seed writes the same."""

    def __init__(self, schema: GraphQLSchema, known: Known, seed: int) -> None:
        self._schema = schema
        self._known = known
        self._random = random.Random(seed)

    def choose(self, options: Sequence[str]) -> str:
        return self._random.choice(options)

    def request(self) -> Request:
        self._arguments = Arguments(self._known, self._random)
        self._fragments: dict[str, str] = {}
        self._kept: list[_Fragment] = []
        self._unused = self._random.choice((20, 40, 80))
        assert self._schema.query_type
        body = self._root(self._schema.query_type)
        declared = self._arguments.declarations
        text = f"query One{declared} {body}"
        if not declared and self._chance(0.3):
            text = body
        name = None
        if self._chance(0.04) and text.startswith("query"):
            text += "\nquery Two { viewer { permissions } }"
            name = self._random.choice(("One", "One", "Two", "Three"))
        return Request("\n".join([text, *self._fragments.values()]), self._arguments.given, name)

    # ---- selections -------------------------------------------------------------------------------

    def _root(self, query: GraphQLObjectType) -> str:
        names = self._random.choices(
            list(ROOTS), list(ROOTS.values()), k=self._random.choice((1, 1, 1, 2, 3))
        )
        scope = _Scope()
        parts = [self._named(query, name, scope, 1) for name in names]
        return "{ " + " ".join(part for part in parts if part) + " }"

    def _named(self, type_: GraphQLObjectType, name: str, scope: _Scope, depth: int) -> str | None:
        if name == "__typename":
            return self._keyed(name, scope) + name
        return self._field(type_, name, type_.fields[name], scope, depth)

    def _selection(self, type_: Any, depth: int, scope: _Scope | None = None) -> str:
        """A selection on an object or interface type: at least one field."""
        scope = scope or _Scope()
        parts = [
            part
            for _ in range(self._random.choice((1, 2, 3, 4, 6)))
            if (part := self._part(type_, scope, depth))
        ]
        if is_interface_type(type_):
            parts += [part for part in self._of_types(type_, depth, scope) if part]
        if not parts or not any(not part.startswith("...") for part in parts):
            parts.append(self._leaf(type_, scope))
        self._random.shuffle(parts)
        return "{ " + " ".join(parts) + " }"

    def _part(self, type_: Any, scope: _Scope, depth: int) -> str | None:
        draw = self._random.random()
        if draw < 0.05:
            return self._keyed("__typename", scope) + "__typename" + self._directive()
        if draw < 0.2 and depth < MOST_DEPTH:
            return self._fragment(type_, scope, depth)
        fields = type_.fields
        paths = [name for name, found in fields.items() if is_composite_type(get_named_type(found.type))]
        leaves = [name for name in fields if name not in paths]
        if type_.name.endswith("Connection"):
            paths = [name for name in ("nodes", "nodes", "edges", "pageInfo") if name in fields]
        if paths and depth < MOST_DEPTH and self._unused > 0 and (not leaves or self._chance(0.35)):
            name = self._random.choice(paths)
        elif leaves:
            name = self._random.choice(leaves)
        else:
            return None
        return self._field(type_, name, fields[name], scope, depth)

    def _field(
        self, type_: Any, name: str, definition: GraphQLField, scope: _Scope, depth: int
    ) -> str | None:
        self._unused -= 1
        named = get_named_type(definition.type)
        # A key is asked for twice only where both times are sure to mean the same.
        again = name in scope.taken and not definition.args and self._chance(0.5)
        conflicting = name in self._conflicts(type_)
        key = "" if again else self._keyed(name, scope, of=type_.name if conflicting else None)
        arguments = self._arguments.of(definition, named.name)
        below = ""
        if again:
            scope.take(name)
        if is_composite_type(named):
            if again and name not in scope.below:
                return None
            inner = scope.below.setdefault(name, _Scope()) if not key and not definition.args else _Scope()
            below = " " + self._selection(named, depth + 1, inner)
        return f"{key}{name}{arguments}{self._directive()}{below}"

    def _leaf(self, type_: Any, scope: _Scope) -> str:
        leaves = [
            name for name, found in type_.fields.items() if not is_composite_type(get_named_type(found.type))
        ]
        conflicts = self._conflicts(type_)
        plain: list[str] = [name for name in leaves if name not in scope.taken and name not in conflicts]
        if not plain or self._chance(0.1):
            return self._keyed("__typename", scope) + "__typename"
        name = self._random.choice(plain)
        scope.take(name)
        return name

    def _keyed(self, name: str, scope: _Scope, *, of: str | None = None) -> str:
        """An alias with its colon, or nothing where the name is free and means the same for all types."""
        if name not in scope.taken and not of and self._chance(0.9):
            scope.take(name)
            return ""
        number = 0
        while (alias := f"a{number}_{of or ''}{name}".replace("__", "")) in scope.taken:
            number += 1
        scope.take(alias)
        return f"{alias}: "

    def _conflicts(self, type_: Any) -> set[str]:
        """The fields that a type beside it in fragments on an interface may show in another shape."""
        found: set[str] = set()
        for interface in getattr(type_, "interfaces", ()):
            beside = self._schema.get_possible_types(interface)
            for name, definition in type_.fields.items():
                shapes = {str(other.fields[name].type) for other in beside if name in other.fields}
                if name not in interface.fields and (len(shapes) > 1 or definition.args):
                    found.add(name)
        return found

    # ---- fragments and directives -----------------------------------------------------------------

    def _fragment(self, type_: Any, scope: _Scope, depth: int) -> str | None:
        kept = [
            one
            for one in self._kept
            if one.type_name == type_.name and one.scope.used.isdisjoint(scope.taken)
        ]
        if kept and self._chance(0.5):
            again = self._random.choice(kept)
            scope.merge(again.scope)
            spread = f"...{again.name}{self._directive()}"
            objects = sorted(again.scope.used & again.scope.below.keys() & type_.fields.keys())
            if not objects or self._chance(0.3):
                return spread
            key = self._random.choice(objects)  # what is merged here is not what is merged in the other place
            named = get_named_type(type_.fields[key].type)
            return f"{spread} {key} {self._selection(named, depth + 1, scope.below[key])}"
        above = [found for found in getattr(type_, "interfaces", ()) if self._chance(0.3)]
        on: Any = self._random.choice([type_, *above])
        kind = self._random.random()
        if kind < 0.2:
            return f"...{self._directive()} {self._selection(type_, depth + 1, scope)}"
        inner = scope.copy()
        body = self._selection(on, depth + 1, inner)
        scope.merge(inner)
        if kind < 0.6:
            return f"... on {on.name}{self._directive()} {body}"
        name = f"F{len(self._fragments)}"
        self._fragments[name] = f"fragment {name} on {on.name} {body}"
        self._kept.append(_Fragment(name, on.name, inner))
        return f"...{name}{self._directive()}"

    def _of_types(self, type_: GraphQLInterfaceType, depth: int, scope: _Scope) -> Sequence[str]:
        """Fragments on some of the types that an interface stands for, and on interfaces beside it."""
        possible = [
            *self._schema.get_possible_types(type_),
            *self._schema.get_implementations(type_).interfaces,
        ]
        some = self._random.sample(possible, min(len(possible), self._random.choice((0, 1, 2, 4))))
        some.sort(key=is_interface_type, reverse=True)
        written, scopes = [], []
        for found in some:
            # No object is of two types: what is asked of one leaves its keys free for the others.
            inner = scope if is_interface_type(found) else scope.copy()
            scopes.append(inner)
            written.append(
                f"... on {found.name}{self._directive()} {self._selection(found, depth + 1, inner)}"
            )
        for inner in scopes:
            scope.merge(inner)
        return written

    def _directive(self) -> str:
        if not self._chance(0.05):
            return ""
        holds = self._random.choice((True, False))
        value = json.dumps(holds)
        if self._chance(0.6):
            value = self._arguments.condition(holds)
        return f" @{self._random.choice(('skip', 'include'))}(if: {value})"

    def _chance(self, share: float) -> bool:
        return self._random.random() < share
