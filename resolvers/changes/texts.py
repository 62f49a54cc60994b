"""Texts that admins write, checked and trimmed."""

import re

from models.bounds import EMAIL_PATTERN, LONGEST_EMAIL
from resolvers.changes.change import Change
from resolvers.changes.errors import UserErrorCode

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")
_UNPRINTABLE_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EMAIL = re.compile(EMAIL_PATTERN)


def name(change: Change, text: str, longest: int, *path: str) -> str:
    """A line of 1 to `longest` characters."""
    trimmed = text.strip()
    if not trimmed:
        change.problem(UserErrorCode.INVALID, f"{path[-1]} is blank: give 1 to {longest} characters.", *path)
    elif len(trimmed) > longest:
        message = f"{path[-1]} has {len(trimmed)} characters; {longest} is the most."
        change.problem(UserErrorCode.INVALID, message, *path)
    elif _UNPRINTABLE.search(trimmed):
        change.problem(UserErrorCode.INVALID, f"{path[-1]} holds a control character.", *path)
    return trimmed


def description(change: Change, text: str | None, longest: int, *path: str) -> str | None:
    """A text of at most `longest` characters; None for a blank one."""
    trimmed = (text or "").strip()
    if len(trimmed) > longest:
        message = f"{path[-1]} has {len(trimmed)} characters; {longest} is the most."
        change.problem(UserErrorCode.INVALID, message, *path)
    elif _UNPRINTABLE_BUT_LINES.search(trimmed):
        change.problem(UserErrorCode.INVALID, f"{path[-1]} holds a control character.", *path)
    return trimmed or None


def email(change: Change, text: str, *path: str) -> str:
    """An email address, as far as its form tells."""
    trimmed = name(change, text, LONGEST_EMAIL, *path)
    if trimmed and not _EMAIL.fullmatch(trimmed):
        change.problem(UserErrorCode.INVALID, f"{path[-1]}: {trimmed[:60]!r} is not an email address.", *path)
    return trimmed
