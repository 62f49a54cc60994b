"""Objects with a global ID."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import strawberry

from executor.declare import At, computed
from resolvers.row import is_row


def rows(*kinds: type) -> Any:
    """How GraphQL tells that an object is of a type with interfaces: by the classes of its rows."""

    def is_type_of(_cls: type, value: object, _info: object) -> bool:
        return is_row(value, kinds)

    return classmethod(is_type_of)


_id = itemgetter("id")


def _global_ids(at: At, rows: Sequence[Any]) -> list[str]:
    """The rows' IDs, sealed with the name of their type."""
    return at.context.ids.seal_all(at.type_name, list(map(_id, rows)))  # type: ignore[no-any-return]


@strawberry.interface(description="An object that can be fetched again by its ID.")
class Node:
    id = computed(
        _global_ids,
        type=strawberry.ID,
        description="A global ID: opaque, and the same for good. Fetch the object again by `node(id:)`.",
    )
