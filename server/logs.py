"""The log on stderr: a JSON object a line, or text to be read by people."""

import asyncio
import logging
import sys
import traceback
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson

from server import record, tracing

_GATHERED_SECONDS = 0.1

# No line tells of these, and to find them out takes as long as much of the rest.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


class _Formatter(logging.Formatter):
    def fields(self, line: logging.LogRecord) -> dict[str, Any]:
        """What the line says beside its message; the request is named wherever there is one."""
        found: dict[str, Any] = {}
        request_id = record.now().request_id
        if request_id != "-":
            found["request"] = request_id
        if trace_id := tracing.trace_id():
            found["trace_id"] = trace_id
        return found | getattr(line, "fields", {})

    def said(self, line: logging.LogRecord) -> str:
        message = line.getMessage()
        return record.now().without_values(message) if line.levelno != logging.INFO else message

    def trace(self, line: logging.LogRecord) -> str:
        """The traceback, without what the client wrote: a database's error quotes it."""
        if not line.exc_info or line.exc_info[1] is None:
            return ""
        return record.now().without_values("".join(traceback.format_exception(line.exc_info[1])).rstrip())


class Lines(_Formatter):
    """`2026-01-31T12:00:00.123Z WARNING partnerhub.events: … key=value`; a traceback follows on lines of its own."""

    def format(self, line: logging.LogRecord) -> str:
        fields = "".join(f" {name}={_plain(value)}" for name, value in self.fields(line).items())
        text = f"{_time(line)} {line.levelname} {line.name}: {self.said(line)}{fields}"
        trace = self.trace(line)
        return f"{text}\n{trace}" if trace else text


class JsonLines(_Formatter):
    """`{"time": …, "level": "info", "logger": …, "message": …}`, with what the line says beside that."""

    def format(self, line: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": _time(line),
            "level": line.levelname.lower(),
            "logger": line.name,
            "message": self.said(line),
        }
        told |= self.fields(line)
        if trace := self.trace(line):
            told["traceback"] = trace
        return orjson.dumps(told, default=str).decode()


def _time(line: logging.LogRecord) -> str:
    return datetime.fromtimestamp(line.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _plain(value: object) -> str:
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    is_one_word = text and " " not in text and text.isprintable()  # or a path could bring lines of its own
    return text if is_one_word else repr(text)


class Gathering(logging.StreamHandler[TextIO]):
    """Writes news together, ten times a second at most while a loop runs; what warns is written at once."""

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__(stream)
        self._lines: list[str] = []
        self._due: asyncio.TimerHandle | None = None

    def emit(self, line: logging.LogRecord) -> None:
        try:
            self._lines.append(self.format(line) + self.terminator)
            if line.levelno > logging.INFO or not self._is_due_later():
                self.flush()
        except Exception:
            self.handleError(line)

    def flush(self) -> None:
        """Write what has gathered. The handler's lock is held, or taken at the end of the process."""
        with self.lock or nullcontext():
            if self._due is not None:
                self._due.cancel()
                self._due = None
            if self._lines:
                lines, self._lines = self._lines, []
                self.stream.write("".join(lines))
            super().flush()

    def _is_due_later(self) -> bool:
        """Whether the lines are written soon; not so outside of a loop, nor in one that is not this thread's."""
        if self._due is not None:
            return True
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return False
        self._due = loop.call_later(_GATHERED_SECONDS, self._write)
        return True

    def _write(self) -> None:
        self._due = None
        try:
            self.flush()
        except OSError:  # whoever read it is gone
            self._lines.clear()


class WithoutQueryStrings(logging.Filter):
    """Takes the query string off the addresses that uvicorn tells of: it may hold an operation, or a token."""

    def filter(self, line: logging.LogRecord) -> bool:
        if line.name.startswith("uvicorn") and isinstance(line.args, tuple):
            line.args = tuple(
                arg.partition("?")[0] if isinstance(arg, str) and arg.startswith("/") else arg
                for arg in line.args
            )
        return True


def log_config(level: str, form: str) -> dict[str, Any]:
    """For logging.config.dictConfig. Of libraries, warnings are enough; the service and the server also tell news."""
    if form == "auto":
        form = "text" if sys.stderr.isatty() else "json"
    ours = level.upper()
    # At its debug level the server's library writes down whole WebSocket messages, tokens and all.
    servers = "INFO" if ours == "DEBUG" else ours
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": Lines if form == "text" else JsonLines}},
        "filters": {"addresses": {"()": WithoutQueryStrings}},
        "handlers": {"stderr": {"()": Gathering, "formatter": "lines", "filters": ["addresses"]}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {"partnerhub": {"level": ours}, "uvicorn": {"level": servers}},
    }
