"""Who may ask what the schema holds. Strangers never come so far: nothing of theirs is parsed."""

import re
from collections.abc import Sequence

from graphql import GraphQLError

from executor.documents import Operation
from models.enums import PartnerRole
from resolvers.errors import Forbidden
from resolvers.viewer import Viewer

EVERYONE = "everyone"
OFF = "off"
_SUGGESTION = re.compile(r" Did you mean (?:(?! Did you mean )[^?])*\?")
"""Found in one pass, however often a client's own text, which the message may tell, seems to begin one."""


class Introspection:
    """Open to everyone signed in, to some roles, or to nobody."""

    def __init__(self, setting: str) -> None:
        named = [] if setting in (EVERYONE, OFF) else setting.split(",")
        self._roles = frozenset(PartnerRole) if setting == EVERYONE else frozenset(map(PartnerRole, named))

    def is_open_to(self, viewer: Viewer) -> bool:
        return not self._roles.isdisjoint(viewer.roles)

    def check(self, operation: Operation, viewer: Viewer) -> None:
        """Raise Forbidden for a question about the schema by who may not ask it."""
        if operation.document.introspects and not self.is_open_to(viewer):
            raise Forbidden("Introspection (`__schema`, `__type`) is not open to you here.")

    def shown(self, errors: Sequence[GraphQLError], viewer: Viewer) -> list[GraphQLError]:
        """The errors as this viewer may see them: without names that they did not know."""
        if self.is_open_to(viewer):
            return list(errors)
        return [_without_suggestion(error) for error in errors]


def _without_suggestion(error: GraphQLError) -> GraphQLError:
    message = _SUGGESTION.sub("", error.message)
    if message == error.message:
        return error
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        original_error=error.original_error,
        extensions=error.extensions,
    )
