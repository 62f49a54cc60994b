"""What is seen of an operation while it runs, and what is told of it at its end: a line in the log, and the figures.

The record goes with the request's task and whatever that starts, so that any line of the log can name the request.
It holds the client's own values only to keep them out of the log.
"""

import logging
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from executor.documents import Operation
from resolvers.database import Database
from resolvers.viewer import Viewer
from server import tracing
from server.ended import Ended
from server.tracing import NO_SPAN, Span

faults = logging.getLogger("partnerhub.graphql")


class Seen(Protocol):
    """As much of an operation's result as is told; it is filled as the operation gets on."""

    operation: Operation | None
    way: str | None
    cost: int | None


@dataclass
class Record:
    """One operation, or a request that brings one."""

    request_id: str = "-"
    started: float = field(default_factory=time.perf_counter)
    viewer: Viewer | None = None
    email: str | None = None
    """Told only where a setting says so."""
    database: Database | None = None
    error_ids: list[str] = field(default_factory=list)
    span: Span = NO_SPAN
    """The request's, to be told of its operation as well."""
    _seen: Seen | None = None
    _values: tuple[str, Any] = ("", None)
    _told: bool = False

    def asked_by(self, viewer: Viewer, database: Database, email: str | None) -> None:
        """Who asks, and what the operation's statements are counted by."""
        if self.viewer is None:
            self.viewer, self.database, self.email = viewer, database, email

    def runs(self, seen: Seen, query: str, variables: Any) -> None:
        """An operation begins that will be told of at its end."""
        self._seen = seen
        self._values = (query, variables)

    def ended(self, outcome: str) -> None:
        """Tell of the operation, or of the request that did not get so far; of each once."""
        if self._told:
            return
        self._told = True
        seen, database = self._seen, self.database
        ended = Ended(
            at=time.time(),
            outcome=outcome,
            seconds=time.perf_counter() - self.started,
            operation=seen.operation if seen else None,
            way=(seen.way if seen else None) or "none",
            cost=seen.cost if seen else None,
            statements=database.statements if database else 0,
            sql_seconds=database.seconds if database else 0.0,
            request_id=self.request_id if self is not _BLANK else None,
            trace_id=tracing.trace_id(),
            viewer=self.viewer,
            email=self.email,
            error_ids=self.error_ids,
        )
        if self.span is not NO_SPAN:
            self.span.tell(outcome=outcome, type=ended.type, way=ended.way, **ended.names)
        # Timers that were set meanwhile keep the record, such as those of prepared statements for minutes.
        self._seen = self.database = None
        ended.tell()

    def without_values(self, text: str) -> str:
        """The text without what the client wrote into the operation: strings, longer numbers, all variables."""
        query, variables = self._values
        found = {value for value in (*_literals(query), *_leaves(variables)) if len(value) >= _SHORTEST}
        for value in sorted(found, key=len, reverse=True):
            text = text.replace(value, "…")
        return text


_current: ContextVar[Record] = ContextVar("record")
_SHORTEST = 3
_LITERAL = re.compile(r'"""(.*?)"""|"((?:[^"\\\n]|\\.)*)"|(\d[\d.eE+-]{3,})', re.DOTALL)


def now() -> Record:
    """The record of what runs here; a blank one outside of any request."""
    return _current.get(_BLANK)


_BLANK = Record()


def begin(request_id: str) -> Record:
    """A new record, for what runs here from now on."""
    record = Record(request_id)
    _current.set(record)
    return record


def fault(error: BaseException, where: object) -> str:
    """Put what happened into the log, and give the id by which the client can tell of it."""
    incident = secrets.token_hex(8)
    record = now()
    if record is not _BLANK:
        record.error_ids.append(incident)
    faults.error(
        "incident %s at %s", incident, where, exc_info=error, extra={"fields": {"error_id": incident}}
    )
    return incident


def _literals(query: str) -> Iterator[str]:
    for match in _LITERAL.finditer(query):
        yield from _forms(next(filter(None, match.groups()), ""))


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield from _forms(value)
        case dict():
            for inner in value.values():
                yield from _leaves(inner)
        case list():
            for inner in value:
                yield from _leaves(inner)
        case int() | float() if not isinstance(value, bool):
            yield str(value)


def _forms(text: str) -> Iterable[str]:
    """As a text may be met: as it is, read as a literal, and as Python writes it."""
    read = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    read = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), read)
    return {text, read, repr(text)[1:-1], repr(read)[1:-1]}


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
