"""The one error that callers see, and what goes into it."""

import re

SERIOUS = re.compile(r"(?:error|ERROR|FATAL|PANIC|DETAIL|HINT): .*")
PREFIX = re.compile(r"^\S+ \S+ \S+ \[\d+\] ")


class EmbeddedError(Exception):
    """A reason, one line, that tells what to do."""


class Abandoned(Exception):
    """Every command ended before the server was up: nobody is left to tell."""


def said(output: bytes) -> str:
    """What a program of PostgreSQL said last that matters, in one line."""
    lines = output.decode(errors="replace").splitlines()
    serious = [found[0] for line in lines if (found := SERIOUS.search(line))]
    return "; ".join((serious or [PREFIX.sub("", line).strip() for line in lines])[-3:])
