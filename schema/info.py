"""What resolvers are told of where they stand."""

import strawberry
from graphql import GraphQLResolveInfo

from resolvers.context import Context

Info = strawberry.Info[Context, None]
"""What Strawberry gives. A synchronous resolver of a query takes nothing but its `context`: run by a compiled
operation, it is given an `At` in its place."""
RawInfo = GraphQLResolveInfo[Context]


def raw(info: Info) -> RawInfo:
    return info._raw_info
