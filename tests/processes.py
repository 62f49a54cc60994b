"""Processes as Linux shows them, for tests that stop and kill some."""

import time
from collections.abc import Callable
from pathlib import Path


def until(reached: Callable[[], bool], seconds: float = 90) -> None:
    """Wait for what other processes bring about."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"it did not come about within {seconds:g} seconds"
        time.sleep(0.01)


def runs(process: int) -> bool:
    return "".join(_stat(process)[:1]) not in ("Z", "")


def parent(process: int) -> int:
    return int(_stat(process)[1])


def children(process: int) -> list[int]:
    found = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return [child for child in found if _stat(child)[1:2] == [str(process)]]


def workers(server: int) -> list[int]:
    """The processes in which a server of several serves; beside them Python keeps one of its own."""
    return [child for child in children(server) if b"spawn_main" in _command(child)]


def memory(process: int) -> int:
    """The bytes that it holds in memory, pages shared with others counted in part; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def open_files(process: int) -> int:
    """How many files and sockets it holds open; 0 once it has ended."""
    try:
        return len(list(Path(f"/proc/{process}/fd").iterdir()))
    except OSError:
        return 0


def _stat(process: int) -> list[str]:
    """State and parent of a process, and more; nothing for one that has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _command(process: int) -> bytes:
    """The words of its command; nothing for one that has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""
