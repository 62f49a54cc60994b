"""Requests that no client of good will sends, byte for byte on sockets: each is refused or cut off, none is a server's
error, none holds anybody up, and an honest query is answered right afterwards.
"""

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, urlsplit

import pytest

from tests import office
from tests.server import command, environment, serving

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


@pytest.fixture(scope="module")
async def database(database_url: str) -> str:
    await office.fill(database_url)
    return database_url


@pytest.fixture(scope="module")
def target(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("hostile")
    env = environment(database, folder, PARTNERHUB_REQUEST_TIMEOUT_SECONDS=TIMEOUT)
    with serving("serve", env=env, cwd=folder) as address:
        arguments = ("token", office.FULL, "--partner", office.PARTNER)
        yield Target(address, command(*arguments, env=env, cwd=folder).stdout.strip())


# ---- what is not HTTP, or hardly ------------------------------------------------------------------

NO_REQUESTS: dict[str, bytes] = {
    "nothing but ends of lines": b"\r\n\r\n\r\n\r\nX\r\n\r\n",
    "noise": bytes(range(256)) * 8 + b"\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "HTTP/0.9": b"GET /graphql\r\n\r\n",
    "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET /graphql HTTP/9.9\r\nHost: x\r\n\r\n",
    "a made-up method": b"FROB /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method in small letters": b"get /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method of 100,000 letters": b"A" * 100_000 + b" /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "TRACE": b"TRACE /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "CONNECT": b"CONNECT localhost:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "OPTIONS of everything": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "DELETE": b"DELETE /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path of 300,000 bytes": b"GET /graphql?query=" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "NUL in the path": b"GET /graphql\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path that climbs": b"GET /graphql/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "escapes that are none": b"GET /graphql?query=%zz%ff%fe%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "another host's address": b"GET http://elsewhere.example/graphql HTTP/1.1\r\nHost: x\r\n\r\n",
    "a header without a colon": b"GET /graphql HTTP/1.1\r\nHost localhost\r\n\r\n",
    "a header's name with a space": b"GET /graphql HTTP/1.1\r\nHost: x\r\nContent Length : 5\r\n\r\n",
    "NUL in a header": b"GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: a\x00b\r\n\r\n",
    "a folded header": b"GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: a\r\n b\r\n\r\n",
    "a header of 300,000 bytes": b"GET /graphql HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 300_000 + b"\r\n\r\n",
    "20,000 headers": b"GET /graphql HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
}


@pytest.mark.parametrize("request_", NO_REQUESTS.values(), ids=NO_REQUESTS)
def test_what_is_no_request_is_refused(target: Target, request_: bytes) -> None:
    status, said = target.send(request_)
    assert status in {CLOSED, 200, 307, 401, 404} | REFUSED, said[:500]
    assert b'"data":{' not in said
    assert target.answers()


# ---- bodies ---------------------------------------------------------------------------------------

NO_OPERATIONS: dict[str, bytes] = {
    "nothing": b"",
    "a number": b"5",
    "null": b"null",
    "a text": b'"x"',
    "true": b"true",
    "a list": b"[]",
    "a batch": b'[{"query": "{ __typename }"}, {"query": "{ __typename }"}]',
    "an empty object": b"{}",
    "no JSON": b"{query: 1}",
    "half of it": HONEST[:20],
    "not UTF-8": b'{"query": "\xff\xfe"}',
    "UTF-16": HONEST.decode().encode("utf-16"),
    "100,000 brackets": b"[" * 100_000,
    "100,000 brackets in the variables": b'{"query": "{ __typename }", "variables": {"v": %s%s}}'
    % (b"[" * 100_000, b"]" * 100_000),
    "NUL": b"\0" * 1000,
    "half of a surrogate pair": b'{"query": "{ customers(filter: {search: \\"\\ud800\\"}) { totalCount } }"}',
    "a number without an end": b'{"query": "{ __typename }", "variables": {"n": %s}}' % (b"9" * 100_000),
    "NaN": b'{"query": "{ __typename }", "variables": {"n": NaN}}',
    "more than is read": b'{"query": "%s"}' % (b" " * 300_000),
}


@pytest.mark.parametrize("body", NO_OPERATIONS.values(), ids=NO_OPERATIONS)
def test_a_body_without_an_operation_is_refused(target: Target, body: bytes) -> None:
    status, said = target.send(target.post(body))
    assert status in {400, 413}, said[:500]
    assert b'"code":"BAD_USER_INPUT"' in said
    assert target.answers()


LENGTHS: dict[str, tuple[bytes, ...]] = {
    "negative": (b"Content-Length: -1",),
    "no number": (b"Content-Length: many",),
    "a float": (b"Content-Length: 1e3",),
    "signed": (b"Content-Length: +" + LENGTH,),
    "beyond 64 bits": (b"Content-Length: 99999999999999999999999",),
    "a terabyte": (b"Content-Length: 1099511627776",),
    "two that differ": (b"Content-Length: " + LENGTH, b"Content-Length: 5"),
    "two in one": (b"Content-Length: " + LENGTH + b", 5",),
    "with chunks": (b"Content-Length: " + LENGTH, b"Transfer-Encoding: chunked"),
    "with chunks, disguised": (b"Content-Length: " + LENGTH, b"Transfer-Encoding: xchunked"),
    "with chunks, spaced": (b"Content-Length: " + LENGTH, b"Transfer-Encoding : chunked"),
    "chunked twice": (b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"),
}


@pytest.mark.parametrize("headers", LENGTHS.values(), ids=LENGTHS)
def test_a_length_that_is_none_smuggles_nothing(target: Target, headers: tuple[bytes, ...]) -> None:
    """What stands behind the first request must not be taken for a second one."""
    smuggled = target.post(b'{"query": "{ viewer { admin { email } } }"}')
    with target.connect() as connection:
        connection.sendall(target.post(HONEST, *headers) + smuggled)
        status, said = received(connection)
        connection.settimeout(0.5)
        with suppress(ConnectionError, TimeoutError):
            while part := connection.recv(65536):
                said += part
    assert status in {CLOSED} | REFUSED, said[:500]
    assert office.FULL.encode() not in said
    assert target.answers()


CHUNKS = {
    "no size": b"zz\r\nxx\r\n0\r\n\r\n",
    "a negative size": b"-5\r\nhello\r\n0\r\n\r\n",
    "a size beyond 64 bits": b"fffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "longer than it says": b"2\r\nhello\r\n0\r\n\r\n",
    "endless extensions": b"5;" + b"a=b;" * 50_000 + b"\r\nhello\r\n0\r\n\r\n",
    "ten thousand of one byte": b"1\r\n \r\n" * 10_000 + b"0\r\n\r\n",
}


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)
def test_bad_chunks_are_refused(target: Target, chunks: bytes) -> None:
    request = target.post(b"", b"Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
    status, said = target.send(request + chunks)
    assert status in {CLOSED} | REFUSED, said[:500]
    assert target.answers()


# ---- slow and broken clients ----------------------------------------------------------------------


def test_a_body_that_does_not_come_is_waited_for_no_longer_than_an_operation_may_take(target: Target) -> None:
    status, said = target.send(target.post(HONEST[:10], length=LENGTH))
    assert status == 408, said
    assert target.answers()


def test_a_body_in_single_bytes_is_read(target: Target) -> None:
    with target.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in target.post(HONEST):
            connection.sendall(bytes([byte]))
        assert received(connection)[0] == 200


def test_headers_that_never_end_hold_nobody_up(target: Target) -> None:
    slow = [target.connect() for _ in range(100)]
    for connection in slow:
        connection.sendall(b"POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    assert target.answers()
    for connection in slow:
        connection.close()


def test_a_client_that_closes_its_half_is_answered_or_closed(target: Target) -> None:
    status, _ = target.send(target.post(HONEST), half_close=True)
    assert status in (200, CLOSED)
    assert target.answers()


def test_clients_that_break_off_leave_nothing(target: Target) -> None:
    for cut in range(0, 400, 20):
        with target.connect() as connection:
            connection.sendall(target.post(HONEST)[:cut])
            reset = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
    assert target.answers()


def test_a_hundred_requests_in_one_breath_are_answered_in_turn(target: Target) -> None:
    with target.connect() as connection:
        connection.sendall(target.post(HONEST) * 100)
        said = b""
        while said.count(b"HTTP/1.1 200") < 100:
            part = connection.recv(65536)
            assert part, "closed before all were answered"
            said += part
    assert target.answers()


def test_who_expects_to_be_told_to_go_on_is_told_or_refused(target: Target) -> None:
    with target.connect() as connection:
        connection.sendall(target.post(b"", b"Expect: 100-continue", length=LENGTH))
        status, _ = received(connection)
        assert status in {100, 417}
        if status == 100:
            connection.sendall(HONEST)
            assert received(connection)[0] == 200


# ---- who is not let in, and other sites' pages ----------------------------------------------------

CREDENTIALS = {
    "none": b"",
    "no token": b"Authorization: Bearer",
    "another scheme": b"Authorization: Basic dXNlcjpwYXNz",
    "noise": b"Authorization: Bearer \xff\xfe\x80",
    "three empty parts": b"Authorization: Bearer ..",
    "30,000 bytes": b"Authorization: Bearer " + b"a" * 30_000,
    "a deep header": b"Authorization: Bearer " + b"W1tbW1tbW1tbW1tb" * 500 + b".e30.e30",
}


@pytest.mark.parametrize("header", CREDENTIALS.values(), ids=CREDENTIALS)
def test_without_a_good_token_nothing_is_answered(target: Target, header: bytes) -> None:
    request = target.post(HONEST, header or b"Authorization: ")
    status, said = target.send(request)
    assert status in {401, 400, 431}, said[:500]
    assert b'"data":{' not in said
    assert target.answers()


MUTATION = 'mutation { createTag(input: {name: "by another site"}) { userErrors { code } } }'
FORM = b'--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n%s\r\n--b--\r\n'
OTHER_SITES = {
    "a form with files": (
        b"multipart/form-data; boundary=b",
        FORM % json.dumps({"query": MUTATION}).encode(),
    ),
    "a form": (b"application/x-www-form-urlencoded", b"query=" + quote(MUTATION).encode()),
    "plain text": (b"text/plain", json.dumps({"query": MUTATION}).encode()),
    "no type": (b"", json.dumps({"query": MUTATION}).encode()),
    "a type that ends like JSON": (b"text/plain; application/json", json.dumps({"query": MUTATION}).encode()),
}


@pytest.mark.parametrize("kind", OTHER_SITES)
def test_what_a_page_of_another_site_can_send_changes_nothing(target: Target, kind: str) -> None:
    media_type, body = OTHER_SITES[kind]
    status, said = target.send(target.post(body, b"Content-Type: " + media_type))
    assert status == 415, said[:500]
    assert_no_tag(target)


def test_no_change_by_get(target: Target) -> None:
    status, said = target.send(target.get(b"/graphql?query=" + quote(MUTATION).encode()))
    assert status == 405, said[:500]
    assert_no_tag(target)


def assert_no_tag(target: Target) -> None:
    _, said = target.send(target.query('{ tags(search: "by another site") { totalCount } }'))
    assert b'{"tags":{"totalCount":0}}' in said


# ---- documents ------------------------------------------------------------------------------------

CHAIN = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(1000))
DOCUMENTS = {
    "1,000 fragments in a chain": f"{{ ...f0 }} {CHAIN} fragment f1000 on Query {{ __typename }}",
    "fragments in a circle": "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    "a fragment in itself": "{ ...a } fragment a on Query { ...a }",
    "fragments that double": "{ ...f0 } "
    + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))
    + " fragment f60 on Query { __typename }",
    "10,000 aliases": f"{{ {' '.join(f'a{n}: __typename' for n in range(10_000))} }}",
    "10,000 fields of one name": f"{{ {'__typename ' * 10_000} }}",
    "2,000 directives": f"{{ __typename {'@include(if: true) ' * 2_000} }}",
    "unknown directives": f"{{ __typename {'@nothing ' * 2_000} }}",
    "a deep list": f"{{ customers(filter: {{tags: {'[' * 5_000}{']' * 5_000}}}) {{ totalCount }} }}",
    "a deep object": f"{{ customers(filter: {'{a: ' * 3_000}1{'}' * 3_000}) {{ totalCount }} }}",
    "deep fields": "{ customers { nodes " * 500 + "{ id }" + " } }" * 500,
    "deep braces": "{" * 50_000,
    "1,000 operations": " ".join(f"query q{n} {{ __typename }}" for n in range(1_000)),
    "2,000 variables": f"query ({' '.join(f'$v{n}: Int' for n in range(2_000))}) {{ __typename }}",
    "the schema over and over": f"{{ {' '.join(f's{n}: __schema {{ types {{ name }} }}' for n in range(25))} }}",
    "a huge whole number": "{ customers(first: " + "9" * 10_000 + ") { totalCount } }",
    "a huge float": "{ customers(first: 1e" + "9" * 10_000 + ") { totalCount } }",
    "NUL in a text": '{ customers(filter: {search: "a\\u0000b"}) { totalCount } }',
    "NUL in the document": "{ \0 }",
    "controls in the document": "{ \x01\x02\u202e\ufeff }",
    "a text without an end": '{ customers(filter: {search: "' + "a" * 100_000,
    "a block text without an end": '{ customers(filter: {search: """' + "\n" * 100_000,
    "comments and nothing else": "# no\n" * 20_000,
    "incremental delivery": "{ customers { nodes { id ... @defer { name } } } }",
    "a definition of types": "type Query { all: String } extend type Customer { secret: String }",
    "a made-up cursor": '{ customers(after: "AAAA") { totalCount } }',
    "a made-up ID": '{ node(id: "' + "A" * 10_000 + '") { id } }',
    "1,000 made-up IDs": "{ nodes(ids: [" + '"x" ' * 1_000 + "]) { id } }",
}  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_that_is_a_trap_is_refused(target: Target, document: str) -> None:
    status, said = target.send(target.query(document))
    assert status in {200, 400, 413}, said[:500]
    assert b'"code":"BAD_USER_INPUT"' in said or b'"code":"QUERY_TOO_COMPLEX"' in said, said[:500]
    assert b"INTERNAL_SERVER_ERROR" not in said
    assert target.answers()


VALUES: dict[str, object] = {
    "half of a surrogate pair": "\ud800",
    "NUL": "\0",
    "a huge number": 10**400,
    "a deep list": json.loads("[" * 900 + "]" * 900),
    "an object": {"a": 1},
    "200,000 letters": "a" * 200_000,
    "30,000 texts": [str(n) for n in range(30_000)],
    "500 long texts": [str(n) + "a" * 400 for n in range(500)],
}


TAKING = (
    "query ($v: String) { customers(filter: {search: $v}) { totalCount } }",
    "query ($v: Int) { customers(first: $v) { totalCount } }",
    "query ($v: ID!) { node(id: $v) { id } }",
    "query ($v: [String!]) { customers(filter: {tags: $v}) { totalCount } }",
    "query ($v: [String!]) { customers(filter: {countries: $v}) { totalCount } }",
    "query ($v: [ID!]) { customers(filter: {partnerAdminIds: $v}) { totalCount } }",
)
"""Queries that take a value, each in another place."""


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_values_that_do_not_fit_are_refused_or_find_nothing(target: Target, value: object) -> None:
    for document in TAKING:
        status, said = target.send(target.query(document, v=value))
        assert status in {200, 400}, said[:500]
        assert b"INTERNAL_SERVER_ERROR" not in said and b"TIMEOUT" not in said, said[:500]
    assert target.answers()


# ---- WebSockets -----------------------------------------------------------------------------------

KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE = (b"Upgrade: websocket", b"Connection: Upgrade")
PROTOCOL = b"Sec-WebSocket-Protocol: graphql-transport-ws"
VERSION = b"Sec-WebSocket-Version: 13"
BAD_UPGRADES = {
    "without a key": (*UPGRADE, VERSION, PROTOCOL),
    "a short key": (*UPGRADE, VERSION, PROTOCOL, b"Sec-WebSocket-Key: x"),
    "an old version": (*UPGRADE, KEY, PROTOCOL, b"Sec-WebSocket-Version: 1"),
    "to something else": (b"Upgrade: h2c", b"Connection: Upgrade"),
    "from another site": (*UPGRADE, KEY, VERSION, PROTOCOL, b"Origin: https://elsewhere.example"),
}


@pytest.mark.parametrize("headers", BAD_UPGRADES.values(), ids=BAD_UPGRADES)
def test_a_bad_upgrade_is_refused(target: Target, headers: tuple[bytes, ...]) -> None:
    status, said = target.send(target.get(b"/graphql", *headers))
    assert status in {CLOSED, 400, 403, 406, 426}, said[:500]
    assert target.answers()


def frame(payload: bytes, opcode: int = 1, *, masked: bool = True) -> bytes:
    assert len(payload) < 65536
    mask = bytes(4) if masked else b""
    length = bytes([126 | (0x80 if masked else 0)]) + struct.pack(">H", len(payload))
    return bytes([0x80 | opcode]) + length + mask + payload


FRAMES = {
    "noise": bytes(range(255, 0, -1)) * 10,
    "unmasked": frame(b'{"type": "connection_init"}', masked=False),
    "an endless frame": b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff" + bytes(4) + b"a" * 1000,
    "a reserved opcode": frame(b"x", 3),
    "a fragment of nothing": frame(b"x", 0),
    "binary": frame(b"\x00\x01", 2),
    "not UTF-8": frame(b"\xff\xfe"),
    "no JSON": frame(b"{"),
    "a number": frame(b"5"),
    "no type": frame(b"{}"),
    "100 pings": frame(b"x", 9) * 100 + frame(b"", 8),
    "deep": frame(b"[" * 60_000),
    "subscribing before signing in": frame(b'{"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}'),
    "signing in with rubbish": frame(b'{"type":"connection_init","payload":{"Authorization":["x"]}}'),
    "signing in with a text": frame(b'{"type":"connection_init","payload":"x"}'),
    "a close of one byte": frame(b"x", 8),
}  # fmt: skip


@pytest.mark.parametrize("frames", FRAMES.values(), ids=FRAMES)
def test_bad_frames_end_the_socket_and_nothing_else(target: Target, frames: bytes) -> None:
    with target.connect() as connection:
        connection.sendall(target.get(b"/graphql", *UPGRADE, KEY, VERSION, PROTOCOL, b"Authorization: none"))
        status, said = received(connection)
        assert status == 101, said[:500]
        said = b""
        with suppress(ConnectionError):
            connection.sendall(frames)
            while part := connection.recv(65536):  # until it closes: it must not go on for good
                said += part
                if b"\x88" in part:
                    break
    assert b'"type":"next"' not in said
    assert target.answers()
