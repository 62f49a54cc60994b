"""Load on one address by wrk: the median latency, and how many requests a second are answered."""

import json
import math
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_DONE = """
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("\\nmeasured %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""
_VARIED = """
local number = 0
request = function()
  number = number + 1
  return wrk.format(nil, nil, nil, (wrk.body:gsub("NUMBER", tostring(number))))
end
"""


_PATIENCE = 120


class NoLoadGenerator(Exception):
    """wrk is not here."""


@dataclass(frozen=True)
class Request:
    """A request that is sent over and over; with `varied`, `NUMBER` in its body counts up."""

    url: str
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    varied: bool = False

    def script(self) -> str:
        """What tells wrk. A JSON text is good Lua between quotes, but for what Lua escapes by other means."""
        lines = [f"wrk.headers[{_lua(name)}] = {_lua(value)}" for name, value in self.headers.items()]
        if self.body is not None:
            lines += ['wrk.method = "POST"', f"wrk.body = {_lua(self.body)}"]
        return "\n".join([*lines, _VARIED if self.varied else "", _DONE])


@dataclass(frozen=True)
class Measured:
    """What came of it."""

    requests: int
    seconds: float
    median_ms: float

    @property
    def a_second(self) -> float:
        return self.requests / self.seconds


def require_wrk() -> str:
    """Where wrk is. Raises NoLoadGenerator."""
    found = shutil.which("wrk")
    if not found:
        raise NoLoadGenerator(
            "wrk is missing: install it from your system's packages (Debian: apt-get install wrk)"
        )
    return found


def load(request: Request, clients: int, seconds: float) -> Measured:
    """So many connections ask for so long, each as soon as it is answered; longer where nothing was in that time."""
    while seconds < _PATIENCE:
        measured = _run(request, clients, seconds)
        if measured.requests:
            return measured
        seconds *= 3
    raise RuntimeError(f"{request.url} does not answer {clients} clients: {request.body or ''}"[:500])


def _run(request: Request, clients: int, seconds: float) -> Measured:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(request.script())
        script.flush()
        call = [require_wrk(), "-t1", f"-c{clients}", f"-d{math.ceil(seconds)}s", "--timeout", "120s"]
        done = subprocess.run(
            [*call, "-s", script.name, request.url], capture_output=True, text=True, check=True
        )
    [line] = [line for line in done.stdout.splitlines() if line.startswith("measured ")]
    requests, microseconds, median, errors = (int(word) for word in line.split()[1:])
    if errors:
        raise RuntimeError(f"{request.url}: {requests} answers, {errors} failures\n{done.stdout}")
    return Measured(requests, microseconds / 1e6, median / 1e3)


def rss_mib(pid: int) -> float:
    """The memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def _lua(text: str) -> str:
    """A Lua string: JSON's escapes are Lua's, once everything beyond ASCII and slashes is left as it is."""
    return json.dumps(text, ensure_ascii=False)
