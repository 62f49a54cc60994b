"""Why a change was refused, as clients read it."""

from dataclasses import dataclass
from enum import StrEnum


class UserErrorCode(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    INVALID = "INVALID"
    TAKEN = "TAKEN"
    LIMIT_REACHED = "LIMIT_REACHED"
    CONFLICT = "CONFLICT"
    NOT_ALLOWED = "NOT_ALLOWED"


@dataclass(frozen=True)
class UserError:
    """An expected failure: what is wrong with which argument, and what to do."""

    code: UserErrorCode
    field: tuple[str, ...] | None
    message: str


class Refused(Exception):
    """Undoes a change."""

    def __init__(self, *errors: UserError) -> None:
        super().__init__(*errors)
        self.errors = errors


def refuse(code: UserErrorCode, message: str, *field: str) -> Refused:
    """A refusal for one reason; `field` is the path of the argument that it lies in."""
    return Refused(UserError(code, field or None, message))
