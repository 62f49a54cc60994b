"""A server to send bytes to, on sockets, and what it may say to those that no client of good will sends."""

import json
import socket
from contextlib import suppress
from urllib.parse import urlsplit

from tests import office

SLOWEST = 30.0
"""How long an answer may take on a machine that is busy with other tests. Nothing here waits for the time-out below."""
TIMEOUT = "3"
"""The time of an operation, and of a body to come."""

HONEST = b'{"query": "{ customers { totalCount } }"}'
LENGTH = str(len(HONEST)).encode()
CLOSED = 0
"""The connection was closed, without an answer."""
REFUSED = {400, 405, 406, 408, 411, 413, 414, 415, 417, 426, 431}


class Target:
    """A server to send bytes to."""

    def __init__(self, address: str, token: str) -> None:
        url = urlsplit(address)
        assert url.hostname and url.port
        self.place = (url.hostname, url.port)
        self.token = token.encode()

    def connect(self) -> socket.socket:
        return socket.create_connection(self.place, timeout=SLOWEST)

    def post(self, body: bytes, *headers: bytes, length: bytes | None = None) -> bytes:
        """A whole request; `headers` come beside or in place of the usual ones."""
        given = {header.partition(b":")[0].lower() for header in headers}
        usual = {
            b"host": b"Host: localhost",
            b"authorization": b"Authorization: Bearer " + self.token,
            b"content-type": b"Content-Type: application/json",
            b"content-length": b"Content-Length: " + (length or str(len(body)).encode()),
        }
        lines = [line for name, line in usual.items() if name not in given] + list(headers)
        return b"\r\n".join([b"POST /graphql HTTP/1.1", *filter(None, lines), b"", body])

    def get(self, target: bytes, *headers: bytes) -> bytes:
        lines = [b"GET " + target + b" HTTP/1.1", b"Host: localhost", b"Authorization: Bearer " + self.token]
        return b"\r\n".join([*lines, *headers, b"", b""])

    def query(self, query: str, **variables: object) -> bytes:
        return self.post(json.dumps({"query": query, "variables": variables}).encode())

    def send(self, request: bytes, *, half_close: bool = False) -> tuple[int, bytes]:
        """The status and all that came back, after sending as much as is taken."""
        with self.connect() as connection:
            # Whoever is refused early may find the door shut while still talking.
            with suppress(ConnectionError):
                connection.sendall(request)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            return received(connection)

    def answers(self) -> bool:
        """Whether an honest query is answered."""
        status, said = self.send(self.post(HONEST))
        return status == 200 and b'{"customers":{"totalCount":%d}}' % office.CUSTOMERS in said


def received(connection: socket.socket) -> tuple[int, bytes]:
    """One answer, up to the length that it announces."""
    said = b""
    with suppress(ConnectionError):
        while part := connection.recv(65536):
            said += part
            head, end, body = said.partition(b"\r\n\r\n")
            if end and len(body) >= announced(head):
                break
    return (int(said.split()[1]) if said.startswith(b"HTTP/1.") else CLOSED), said


def announced(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
