"""Where `partnerhub` begins. To load the rest takes a second, in which a signal is to end it in good order as well."""

import signal
import sys
from importlib import import_module
from types import FrameType

INTERRUPTED = 130
"""The exit status, as shells have it."""


def main() -> None:
    signal.signal(signal.SIGTERM, _as_by_ctrl_c)
    try:
        import_module("server.command_line").run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _as_by_ctrl_c(_number: int, frame: FrameType | None) -> None:
    """End as the moment asks for: asyncio has its own way, which undoes what has begun."""
    end = signal.getsignal(signal.SIGINT)
    if not callable(end):  # Ctrl-C is ignored, as in the background of a script
        end = signal.default_int_handler
    end(signal.SIGINT, frame)
