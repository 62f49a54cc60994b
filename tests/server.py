"""The service as tests reach it: by HTTP to the ASGI application, or to a real process."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx
from httpx import ASGITransport, AsyncClient

from server.app import create_app
from server.settings import load_settings
from server.tokens import issue_token
from tests.today import TODAY

ROOMY = {
    "default_page_size": 50,
    "maximum_page_size": 1000,
    "maximum_depth": 20,
    "maximum_aliases": 1000,
    "maximum_cost": 10**9,
    "admin_cost_capacity": 10**12,
    "partner_cost_capacity": 10**12,
    "maximum_errors": 1000,
    "request_timeout_seconds": 60,
}
"""What tests of other things are served with; those of the limits ask for `roomy=False`."""

PARTNERHUB = Path(sys.executable).parent / "partnerhub"


@dataclass
class Answer:
    """What came back for one operation."""

    status: int
    body: dict[str, Any]
    headers: httpx.Headers
    cost: dict[str, int] | None = None
    """`extensions.cost`, which is left out of the body, so that answers can be compared."""

    @property
    def data(self) -> Any:
        """The data of an answer without errors."""
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return list(self.body.get("errors", []))

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]

    @property
    def statements(self) -> int:
        """How many SQL statements it took, the viewer's included."""
        match = re.search(r'desc="(\d+) statements"', self.headers["server-timing"])
        assert match
        return int(match[1])


def without_cost(body: dict[str, Any]) -> Any:
    """Take `extensions.cost` out of an answer: what remains to be used up differs from one to the next."""
    cost = body.get("extensions", {}).pop("cost", None)
    if not body.get("extensions", True):
        del body["extensions"]
    return cost


@dataclass
class Api:
    """The service, asked as one partner's admins."""

    client: AsyncClient
    settings: Any
    partner: str = "Partner"
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def token(self, email: str, partner: str | None = None) -> str:
        key = (partner or self.partner, email)
        if key not in self.tokens:
            self.tokens[key] = issue_token(self.settings, partner=key[0], email=email, seconds=3600)
        return self.tokens[key]

    async def ask(
        self,
        email: str,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        partner: str | None = None,
        **headers: str,
    ) -> Answer:
        """Post one operation as the admin; `idempotency_key="k"` is the header `Idempotency-Key: k`."""
        response = await self.client.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={
                "Authorization": f"Bearer {self.token(email, partner)}",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        body = response.json()
        return Answer(response.status_code, body, response.headers, cost=without_cost(body))


@asynccontextmanager
async def served(
    database_url: str, data_dir: Path, partner: str = "Partner", **settings: Any
) -> AsyncIterator[Api]:
    """The ASGI application on a database, its lifespan run in a task of its own as a server would.

    `roomy=False` leaves the limits as they are by default; `clock` tells another day than the suite's.
    """
    roomy = settings.pop("roomy", True)
    clock = settings.pop("clock", lambda: TODAY)
    loaded = load_settings(
        database_url=database_url, data_dir=data_dir, **((ROOMY if roomy else {}) | settings)
    )
    app = create_app(loaded, clock)
    up, down = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.router.lifespan_context(app):
            up.set()
            await down.wait()

    living = asyncio.create_task(live())
    waiting = asyncio.create_task(up.wait())
    await asyncio.wait({living, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if living.done():
        waiting.cancel()
        await living
    try:
        async with AsyncClient(
            transport=ASGITransport(app), base_url="http://testserver", timeout=120
        ) as client:
            yield Api(client, loaded, partner)
    finally:
        down.set()
        await living


def environment(database_url: str | None, data_dir: Path, **settings: str) -> dict[str, str]:
    """The environment of a command: nothing of the tester's own settings in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARTNERHUB_")}
    if database_url:
        kept["PARTNERHUB_DATABASE_URL"] = database_url
    return kept | {"PARTNERHUB_DATA_DIR": str(data_dir), "COLUMNS": "200"} | settings


def command(
    *arguments: str, env: dict[str, str], cwd: Path, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run `partnerhub` to its end."""
    done = subprocess.run(
        [str(PARTNERHUB), *arguments], env=env, cwd=cwd, capture_output=True, text=True, timeout=300
    )
    assert not check or done.returncode == 0, done.stderr
    return done


@contextmanager
def serving(*arguments: str, env: dict[str, str], cwd: Path) -> Iterator[str]:
    """Run `partnerhub serve` or `demo` on a free port, and give its address once it is ready."""
    with serving_process(*arguments, env=env, cwd=cwd) as (address, _process):
        yield address


@contextmanager
def serving_process(
    *arguments: str, env: dict[str, str], cwd: Path, said: list[str] | None = None
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The same, with the process itself: to kill it. `said` gets the lines of its log, as they come."""
    process = subprocess.Popen(
        [str(PARTNERHUB), *arguments, "--port", "0"],
        env=env,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    said = [] if said is None else said
    # Its log is read on, or it would wait for that as soon as the pipe is full.
    reading = threading.Thread(target=_read_on, args=(process.stdout, said), daemon=True)
    try:
        address = None
        for line in process.stdout:
            said.append(line)
            found = re.search(r"(http://[^/\s]+)/graphql", line)
            address = address or (found and found[1])
            if "Application startup complete" in line:
                break
        assert address, "".join(said)
        reading.start()
        yield address, process
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        if process.poll() is None:
            process.kill()
            process.wait()
        if reading.ident:
            reading.join()
        process.stdout.close()


def _read_on(lines: IO[str], said: list[str]) -> None:
    for line in lines:
        said.append(line)
