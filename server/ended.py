"""What is told of an operation that has ended, or of a request that did not get to one: a line, and figures."""

import logging
from dataclasses import dataclass
from typing import Any

from executor.documents import Operation
from resolvers.viewer import Viewer
from server import metrics
from server.soon import soon

log = logging.getLogger("partnerhub.operations")


@dataclass(slots=True, kw_only=True)
class Ended:
    """It holds nothing of the answer, which is gone by the time that this is told."""

    at: float
    """Unix time."""
    outcome: str
    seconds: float
    operation: Operation | None
    way: str
    cost: int | None
    statements: int
    sql_seconds: float
    request_id: str | None
    trace_id: str | None
    viewer: Viewer | None
    email: str | None
    error_ids: list[str]

    @property
    def type(self) -> str:
        return self.operation.type.value if self.operation else "none"

    @property
    def names(self) -> dict[str, str]:
        """What the client calls the operation, and what its document is known by."""
        if self.operation is None:
            return {}
        return {"operation": (self.operation.name or "")[:100], "document": self.operation.document.hash}

    def tell(self) -> None:
        """Count it, and write its line: soon, but for figures that a process leaves to others when it is killed."""
        if metrics.OUTLIVE_PROCESSES:
            self._count()
        else:
            soon(self._count)
        soon(self._write)

    def _count(self) -> None:
        metrics.operation(self.outcome, self.type, self.way, self.seconds, self.statements, self.sql_seconds)

    def _write(self) -> None:
        if log.isEnabledFor(logging.INFO):
            line = {"name": log.name, "levelno": logging.INFO, "levelname": "INFO", "created": self.at}
            log.handle(logging.makeLogRecord({**line, "msg": "operation", "fields": self._fields()}))

    def _fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if self.request_id:
            fields["request"] = self.request_id
        if self.trace_id:
            fields["trace_id"] = self.trace_id
        if self.viewer:
            fields |= {"partner": self.viewer.partner_id, "admin": self.viewer.admin_id}
        if self.email:
            fields["email"] = self.email
        if self.operation:
            fields |= {**self.names, "type": self.type}
            if self.cost is not None:
                fields["cost"] = self.cost
        fields |= {
            "way": self.way,
            "ms": round(self.seconds * 1000, 1),
            "statements": self.statements,
            "sql_ms": round(self.sql_seconds * 1000, 1),
            "outcome": self.outcome,
        }
        if self.error_ids:
            fields["error_ids"] = self.error_ids
        return fields
