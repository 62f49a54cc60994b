"""The log: plain lines on stderr, each with its time (UTC), level and origin."""

import logging
from datetime import UTC, datetime
from typing import Any


class Lines(logging.Formatter):
    """`2026-01-31T12:00:00Z WARNING partnerhub.events: …`; a traceback follows on lines of its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def log_config(level: str) -> dict[str, Any]:
    """For logging.config.dictConfig. Of libraries, warnings are enough; the service and the server also tell news."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": Lines}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {name: {"level": level.upper()} for name in ("partnerhub", "uvicorn")},
    }
