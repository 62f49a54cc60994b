"""What a client did wrong, with a stable code. Anything else that is raised is an internal fault."""

from graphql import GraphQLError


class ClientError(GraphQLError):
    """An error that the client can mend; its message says how."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": self.code})


class BadUserInput(ClientError):
    """An argument that cannot be used; the message begins with its name."""


class Forbidden(ClientError):
    """A field that the viewer's roles do not open."""

    code = "FORBIDDEN"


class Unauthenticated(ClientError):
    """No token, or not one that names an admin with access."""

    code = "UNAUTHENTICATED"


class Unavailable(ClientError):
    """The database is away, or takes no changes: nothing is wrong with the request, which may be sent again."""

    code = "UNAVAILABLE"


class Busy(Unavailable):
    """The database has no connection to spare."""

    code = "TIMEOUT"
