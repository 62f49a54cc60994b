"""graphql-core, telling which type each object behind an interface was of: an answer does not say."""

from typing import Any

from graphql import GraphQLObjectType, GraphQLResolveInfo, get_named_type, is_abstract_type
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

Place = tuple[str | int, ...]
"""Where in an answer an object stands: the keys and numbers on the way to it."""
_TYPES = "types"


class TellingTypes(StrawberryGraphQLCoreExecutionContext):
    """Runs operations as Strawberry has it, and keeps the types in the request's context."""

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        if is_abstract_type(get_named_type(info.return_type)):
            told = self.context_value.memory.setdefault(_TYPES, {})
            told[tuple(path.as_list())] = return_type.name
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )


def types_told(context: Any) -> dict[Place, str]:
    """The type of each object that stands where an interface or union was asked for."""
    types: dict[Place, str] = context.memory.get(_TYPES, {})
    return types
