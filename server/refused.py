"""Operations that are not run at this moment, though nothing is wrong with them: ask again, and when."""

import math

from resolvers.errors import ClientError


class NotNow(ClientError):
    """An operation that is refused for now."""

    code = "OVERLOADED"
    status = 503

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.retry_after = max(1, math.ceil(seconds))
        self.extensions = {"code": self.code, "retryAfter": self.retry_after}


class Overloaded(NotNow):
    """The process has as much to do as it takes."""


class RateLimited(NotNow):
    """The viewer, or their partner, has used up what they had."""

    code = "RATE_LIMITED"
    status = 429
