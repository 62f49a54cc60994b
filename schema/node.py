"""Objects with a global ID."""

from typing import Any

import strawberry

from resolvers.row import Row
from schema.selection import Info, raw


def rows(row: type[Row]) -> Any:
    """How GraphQL tells that an object is of a type with interfaces: by the class of its row."""

    def is_type_of(_cls: type, value: object, _info: object) -> bool:
        return isinstance(value, row)

    return classmethod(is_type_of)


def global_id(root: Any, info: Info) -> strawberry.ID:
    """The row's ID, sealed with the name of its type."""
    return strawberry.ID(info.context.ids.seal(raw(info).parent_type.name, root.id))


@strawberry.interface(description="An object that can be fetched again by its ID.")
class Node:
    id = strawberry.field(
        resolver=global_id,
        description="A global ID: opaque, and the same for good. Fetch the object again by `node(id:)`.",
    )
