"""Objects with a global ID."""

from collections.abc import Callable
from typing import Any

import strawberry

from executor.declare import At, computed
from resolvers.row import Row


def rows(row: type[Row]) -> Any:
    """How GraphQL tells that an object is of a type with interfaces: by the class of its row."""

    def is_type_of(_cls: type, value: object, _info: object) -> bool:
        return isinstance(value, row)

    return classmethod(is_type_of)


def _global_id(at: At) -> Callable[[Any], str]:
    """The row's ID, sealed with the name of its type."""
    seal = at.context.ids.sealer(at.type_name)
    return lambda row: seal(row.id)


@strawberry.interface(description="An object that can be fetched again by its ID.")
class Node:
    id = computed(
        _global_id,
        type=strawberry.ID,
        description="A global ID: opaque, and the same for good. Fetch the object again by `node(id:)`.",
    )
