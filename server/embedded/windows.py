"""Windows has neither the locks nor the sockets that the embedded server is built on."""

from pathlib import Path
from typing import Any

from server.embedded.errors import EmbeddedError


class Embedded:
    """Never made here: it lets callers name the type."""

    url: str
    connection: dict[str, Any]

    def close(self) -> None: ...


def start(data_dir: Path, *, fsync: bool = True) -> Embedded:
    raise EmbeddedError(
        "the embedded PostgreSQL needs Linux or macOS: set PARTNERHUB_DATABASE_URL to a server"
    )
