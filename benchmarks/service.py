"""The service as a client reaches it: a real process, one kept-alive HTTP connection, one full admin."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
from httptools import HttpResponseParser

from benchmarks.partner import CACHE
from tests.server import command, environment, serving

ADMIN = "full.admin@demo.example"
UNLIMITED = {
    f"PARTNERHUB_{whose}_COST_{what}": str(10**12)
    for whose in ("ADMIN", "PARTNER")
    for what in ("CAPACITY", "PER_SECOND")
}
"""One admin asks for more than anybody may for long."""


class Answer:
    """One answer as it is read."""

    def __init__(self) -> None:
        self.body = b""
        self.whole = False

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.whole = True


class Client:
    """One connection, which asks as the admin that the token names, and takes as little time for itself as it can."""

    def __init__(self, address: str, token: str) -> None:
        to = urlsplit(address)
        assert to.hostname is not None
        self._to = (to.hostname, to.port)
        lines = ["POST /graphql HTTP/1.1", f"Host: {to.netloc}", f"Authorization: Bearer {token}"]
        self._head = "\r\n".join([*lines, "Content-Type: application/json", "Content-Length: "]).encode()
        self._socket = self._connected()

    def _connected(self) -> socket.socket:
        connection = socket.create_connection(self._to, timeout=120)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    async def ask(self, query: str, variables: dict[str, Any]) -> bytes:
        """The answer's bytes. It waits for them in place: nothing else is to run meanwhile."""
        body = orjson.dumps({"query": query, "variables": variables})
        try:
            return self._post(body)
        except ConnectionError:  # the server does not wait long for the next request
            self._socket.close()
            self._socket = self._connected()
            return self._post(body)

    def _post(self, body: bytes) -> bytes:
        self._socket.sendall(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        answer = Answer()
        parser = HttpResponseParser(answer)
        while not answer.whole:
            received = self._socket.recv(1 << 20)
            if not received:
                raise ConnectionResetError
            parser.feed_data(received)
        return answer.body

    def close(self) -> None:
        self._socket.close()


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
