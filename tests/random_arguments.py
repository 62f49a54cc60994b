"""Random arguments: values that mean something where they stand, now and then bad ones, as literals or variables."""

import json
import random
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

from tests.known import Known

_IDS = {"partnerAdminIds": "PartnerAdmin", "actorIds": "PartnerAdmin"}
_SIZES = {
    "first": (0, 1, 2, 3, 3, 5, 10),
    "last": (1, 2, 3, 5),
    "weeks": (1, 2, 8),
    "days": (0, 7, 30, 90, 400),
}
_BAD = {
    "Int": (-1, 2**31, "3", 1.5, True, None),
    "String": (5, True, ["x"], "\x00", ""),
    "ID": ("", "nothing", 7, "A" * 22, None),
    "Boolean": ("true", 0, None),
    "Date": ("2026-02-30", "today", 20260101, None),
    "DateTime": ("2026-01-01", "noon", None),
}


@dataclass(frozen=True)
class _Enum:
    """An enum's value, which a literal shows without quotes."""

    name: str


class Arguments:
    """The arguments of one operation, and the variables that hold some of them."""

    def __init__(self, known: Known, random: random.Random) -> None:
        self._known = known
        self._random = random
        self._declarations: dict[str, str] = {}
        self.given: dict[str, Any] = {}

    @property
    def declarations(self) -> str:
        """The operation's variables, in brackets."""
        return f"({', '.join(self._declarations.values())})" if self._declarations else ""

    def condition(self, holds: bool) -> str:
        """A variable for a directive."""
        name = f"v{len(self._declarations)}"
        has_default = self._chance(0.3)
        self._declarations[name] = f"${name}: Boolean!" + (" = true" if has_default else "")
        if not has_default or self._chance(0.5):
            self.given[name] = holds
        return f"${name}"

    def of(self, definition: GraphQLField, named: str) -> str:
        """The arguments of a field whose values are of the named type, in brackets."""
        chosen: dict[str, Any] = {}
        page = self._page(named, definition) if "after" in definition.args else {}
        for name, argument in definition.args.items():
            required = is_required_argument(argument)
            if name in page:
                chosen[name] = page[name]
            elif (
                ("after" in definition.args and name in ("first", "last", "after", "before", "orderBy"))
                or (name == "id" and "customerId" in definition.args and self._chance(0.5))
                or (name == "customerId" and "id" in chosen and self._chance(0.95))
            ):
                continue
            elif required or self._chance(0.8 if name == "customerId" else 0.4):
                chosen[name] = self._value(name, argument.type, named)
        texts = [
            f"{name}: {self._written(definition.args[name].type, value)}" for name, value in chosen.items()
        ]
        return f"({', '.join(texts)})" if texts else ""

    def _page(self, connection: str, definition: GraphQLField) -> dict[str, Any]:
        """Which page of a list, in which order. Cursors are of that order, but for a few."""
        page: dict[str, Any] = {}
        by = direction = None
        if "orderBy" in definition.args and self._chance(0.5):
            order = get_nullable_type(definition.args["orderBy"].type)
            assert isinstance(order, GraphQLInputObjectType)
            by = self._random.choice(list(_enum(order.fields["field"]).values))
            page["orderBy"] = {"field": _Enum(by)}
            if self._chance(0.6):
                direction = self._random.choice(("ASC", "DESC"))
                page["orderBy"]["direction"] = _Enum(direction)
        draw = self._random.random()
        if draw < 0.78:
            page["first"] = self._size("first")
        elif draw < 0.93:
            page["last"] = self._size("last")
        if self._chance(0.02):
            page["last"] = self._size("last")
        cursors = self._known.cursors.get((connection, by, direction)) or ["nowhere"]
        if self._chance(0.02):
            cursors = self._random.choice(list(self._known.cursors.values())) or ["nowhere"]
        if self._chance(0.25):
            page["before" if "last" in page and self._chance(0.8) else "after"] = self._random.choice(cursors)
        if self._chance(0.03):
            page[self._random.choice(("after", "before", "first"))] = None
        return page

    def _size(self, name: str) -> Any:
        return self._random.choice(_BAD["Int"]) if self._chance(0.01) else self._random.choice(_SIZES[name])

    def _value(self, name: str, type_: Any, at: str) -> Any:
        """A value for an argument, or for a field of an input, of this name."""
        required = is_non_null_type(type_)
        type_ = get_nullable_type(type_)
        if self._chance(0.003 if required else 0.04):
            return None
        if is_list_type(type_):
            count = self._random.choice((0, 1, 1, 2, 3)) if name != "ids" else self._random.randrange(1, 8)
            return [self._value(name, type_.of_type, at) for _ in range(count)]
        if is_enum_type(type_):
            return _Enum(self._random.choice([*type_.values]))
        if is_input_object_type(type_):
            return {
                key: self._value(key, found.type, at)
                for key, found in type_.fields.items()
                if is_required_input_field(found) or self._chance(0.2)
            }
        if self._chance(0.01):
            return self._random.choice(_BAD[type_.name])
        return self._scalar(name, type_.name, at)

    def _scalar(self, name: str, type_name: str, at: str) -> Any:
        known, choose = self._known, self._random.choice
        match type_name:
            case "Int":
                return choose(_SIZES.get(name, (1, 2, 5)) if name != "last" else (1, 2, 5))
            case "Boolean":
                return choose((True, False))
            case "ID":
                type_of_id = _IDS.get(name) or ("Customer" if at == "Customer" and name == "id" else None)
                return choose(known.ids[type_of_id] if type_of_id and self._chance(0.97) else known.any_id)
            case "Date":
                return choose(known.days)
            case "DateTime":
                return f"{choose(known.days)}T{choose(('00:00:00Z', '12:30:00+02:00', '23:59:59.5Z'))}"
        texts = known.texts.get(name) or known.texts["search"]
        return choose(texts) if self._chance(0.95) else choose(("nothing of it", "%", "_", "a b", "ä"))

    def _written(self, type_: Any, value: Any) -> str:
        """The value as a literal, or as a variable that holds it, by its default or as it is sent."""
        if not self._chance(0.4):
            return _literal(value)
        name = f"v{len(self._declarations)}"
        draw = self._random.random()
        declared = f"${name}: {type_}"
        if draw < 0.1 and not is_non_null_type(type_):
            self._declarations[name] = declared  # and not sent
        elif draw < 0.3 and value is not None:
            self._declarations[name] = f"{declared} = {_literal(value)}"
            if self._chance(0.2) and not is_non_null_type(type_):
                self.given[name] = None
        else:
            self._declarations[name] = declared
            self.given[name] = _json(value)
        return f"${name}"

    def _chance(self, share: float) -> bool:
        return self._random.random() < share


def _enum(found: GraphQLInputField) -> GraphQLEnumType:
    named = get_named_type(found.type)
    assert isinstance(named, GraphQLEnumType)
    return named


def _literal(value: Any) -> str:
    match value:
        case _Enum():
            return value.name
        case dict():
            return "{" + ", ".join(f"{key}: {_literal(each)}" for key, each in value.items()) + "}"
        case list():
            return f"[{', '.join(_literal(each) for each in value)}]"
    return json.dumps(value)


def _json(value: Any) -> Any:
    match value:
        case _Enum():
            return value.name
        case dict():
            return {key: _json(each) for key, each in value.items()}
        case list():
            return [_json(each) for each in value]
    return value


def orders_of(schema: GraphQLSchema) -> dict[str, list[str]]:
    """What each list that has an `orderBy` can be ordered by, by the type of its connection."""
    found: dict[str, list[str]] = {}
    for type_ in schema.type_map.values():
        for definition in type_.fields.values() if isinstance(type_, GraphQLObjectType) else ():
            if "orderBy" in definition.args:
                order = get_nullable_type(definition.args["orderBy"].type)
                assert isinstance(order, GraphQLInputObjectType)
                found[get_named_type(definition.type).name] = list(_enum(order.fields["field"]).values)
    return found
