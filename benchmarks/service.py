"""The service as a client reaches it: a real process, one kept-alive HTTP connection, one full admin."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import orjson

from benchmarks.partner import CACHE
from tests.server import command, environment, serving

ADMIN = "full.admin@demo.example"
UNLIMITED = {
    f"PARTNERHUB_{whose}_COST_{what}": str(10**12)
    for whose in ("ADMIN", "PARTNER")
    for what in ("CAPACITY", "PER_SECOND")
}
"""One admin asks for more than anybody may for long."""


class Client:
    """One connection, which asks as the admin that the token names."""

    def __init__(self, address: str, token: str) -> None:
        self._connection = HTTPConnection(urlsplit(address).netloc, timeout=120)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    async def ask(self, query: str, variables: dict[str, Any]) -> bytes:
        """The answer's bytes. It waits for them in place: nothing else is to run meanwhile."""
        body = orjson.dumps({"query": query, "variables": variables})
        try:
            return self._post(body)
        except (ConnectionError, RemoteDisconnected):  # the server does not wait long for the next request
            self._connection.close()
            return self._post(body)

    def _post(self, body: bytes) -> bytes:
        self._connection.request("POST", "/graphql", body, self._headers)
        return self._connection.getresponse().read()

    def close(self) -> None:
        self._connection.close()


@contextmanager
def service(database_url: str, **settings: str) -> Iterator[Client]:
    """`partnerhub serve` with these settings and no other."""
    env = environment(database_url, CACHE, **UNLIMITED, **settings)
    token = command("token", ADMIN, env=env, cwd=CACHE).stdout.strip()
    with serving("serve", env=env, cwd=CACHE) as address:
        client = Client(address, token)
        try:
            yield client
        finally:
            client.close()
