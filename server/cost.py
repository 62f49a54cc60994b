"""What an operation costs: before it runs, by the sizes that it asks for; afterwards, by what was answered.

Each value counts for the weight of its field: an object 1, a scalar 0, what has to be summed or counted 10.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import BooleanValueNode, GraphQLSchema, IntValueNode, ListValueNode, VariableNode

from executor.documents import Operation
from kpis.policy import Policy
from resolvers.context import Limits
from schema.calling_enums import CallingFeature, EndpointType, UsageVolume
from schema.enums import Product
from server.asked import Asked, Condition, Objects, size_in, tree
from server.types_told import Place

UNKNOWN_LENGTH = 10
"""How many rows a list counts for that neither an argument nor a rule bounds."""
LENGTHS: Mapping[str, int | str] = {
    "Customer.tags": "tags_per_customer",
    "Entitlement.licenses": len(Product),
    "Subscription.licenses": len(Product),
    "Trial.licenses": len(Product),
    "CallQuality.byEndpointType": len(EndpointType),
    "CallingFeatures.usage": len(CallingFeature),
    "CustomerCallQueue.featureCalls": len(CallingFeature),
    "CallingUsageFigures.usersByVolume": len(UsageVolume),
    "CustomersPayload.userErrors": UNKNOWN_LENGTH,
}
"""The most rows of lists that take no size: a number, or the threshold of `Policy` that says so."""

MOST_KNOWN = 100
"""So many costs are remembered for an operation."""
UNKNOWN = object()
_LONGEST = 1000
"""No list answers more rows at once; what asks for more is refused by the list itself."""
_DIGITS = 12
"""As much of a number as matters here: GraphQL's own end at ten digits."""


@dataclass(frozen=True)
class Given:
    """What lengths go by: the variables of a request, and the settings in force."""

    variables: Mapping[str, Any]
    limits: Limits
    policy: Policy


class Price:
    """What one operation costs. Its tree is kept with it, and so is what it may cost by the values that tell."""

    def __init__(self, schema: GraphQLSchema, operation: Operation) -> None:
        self._asked = tree(schema, operation)
        self._known: dict[Hashable, int] = {}
        self._defaults = {
            declared.variable.name.value: declared.default_value
            for declared in operation.definition.variable_definitions or ()
        }
        self._telling = sorted(_telling(self._asked))

    def requested(self, variables: Mapping[str, Any], limits: Limits, policy: Policy) -> int:
        """The cost of the longest answer that it may get."""
        key = (limits, *(_told(variables.get(name, UNKNOWN)) for name in self._telling))
        cost = self._known.get(key)
        if cost is None:
            cost = _requested(self._asked, Given(self._defaults | dict(variables), limits, policy), None)
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = cost
        return cost

    def actual(self, data: Mapping[str, Any] | None, types: Mapping[Place, str]) -> int:
        """The cost of an answer, of whose objects behind interfaces the types are told by their places."""
        return _actual(self._asked, data, (), types) if data else 0


def price_of(schema: GraphQLSchema, operation: Operation) -> Price:
    """The operation's price, worked out when first asked for."""
    price: Price | None = operation.memory.get(Price)
    if price is None:
        price = operation.memory[Price] = Price(schema, operation)
    return price


def _requested(objects: Objects, given: Given, page: int | None) -> int:
    """What one object costs at most, whatever its type; `page` is how many rows it holds if it is a page, or what
    came of a change."""
    return max(
        (
            sum(_field(asked, given, page) for asked in fields.values() if _included(asked, given))
            for fields in objects.values()
        ),
        default=0,
    )


def _field(asked: Asked, given: Given, page: int | None) -> int:
    if not asked.below:
        return asked.weight
    rows = _length(asked, given) if asked.is_page or asked.is_change else None
    each = asked.weight + _requested(asked.below, given, rows)
    if not asked.is_list:
        return each
    return each * (page if page is not None and asked.coordinate not in LENGTHS else _length(asked, given))


def _length(asked: Asked, given: Given) -> int:
    """How many rows a page or a list holds at most."""
    longest = given.limits.maximum_page_size if asked.is_page else _LONGEST
    for size in asked.sizes:
        number = _number(size, given)
        if number is not None:
            return min(max(0, number), longest)
    if asked.is_page:
        return given.limits.default_page_size
    length = LENGTHS.get(asked.coordinate, UNKNOWN_LENGTH)
    return length if isinstance(length, int) else int(getattr(given.policy, length))


def _number(value: Any, given: Given) -> int | None:
    """A number, or for a list how long it is; None for anything else."""
    if isinstance(value, VariableNode):
        value = size_in(given.variables.get(value.name.value))
    match value:
        case IntValueNode():
            return int(value.value[:_DIGITS])
        case ListValueNode():
            return len(value.values)
        case list():
            return len(value)
        case int() | float():
            return int(max(-1, min(value, _LONGEST)))
    return None


def _telling(objects: Objects) -> set[str]:
    """The variables that sizes and conditions go by."""
    found: set[str] = set()
    for fields in objects.values():
        for asked in fields.values():
            values: list[Any] = [*asked.sizes]
            for condition in asked.conditions:
                values += [argument.value for one in condition for argument in one.arguments or ()]
            found |= {value.name.value for value in values if isinstance(value, VariableNode)}
            found |= _telling(asked.below)
    return found


def _told(value: Any) -> Hashable:
    """As much of a variable's value as tells: a number itself, of anything else how long it is."""
    value = size_in(value)
    if value is None or value is UNKNOWN or isinstance(value, int | float):
        return (type(value), value)
    return (type(value), len(value))


def _included(asked: Asked, given: Given) -> bool:
    return any(_holds(condition, given) for condition in asked.conditions)


def _holds(condition: Condition, given: Given) -> bool:
    for directive in condition:
        value: Any = directive.arguments[0].value if directive.arguments else None
        if isinstance(value, VariableNode):
            value = given.variables.get(value.name.value)
        if isinstance(value, BooleanValueNode):
            value = value.value
        if directive.name.value == ("skip" if value else "include"):
            return False
    return True


def _actual(objects: Objects, found: Mapping[str, Any], place: Place, types: Mapping[Place, str]) -> int:
    fields = objects[types[place]] if len(objects) > 1 else next(iter(objects.values()))
    cost = 0
    for key, value in found.items():
        asked = fields[key]
        if not asked.below:
            cost += asked.weight
            continue
        for at, item in _objects(value, (*place, key)):
            cost += asked.weight + _actual(asked.below, item, at, types)
    return cost


def _objects(value: Any, place: Place) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """What is found in one place, an object or a list of them, each with its own place."""
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield from _objects(item, (*place, n))
    elif value is not None:
        yield place, value
