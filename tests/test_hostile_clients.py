"""Clients that are slow or break off, other sites' pages, bad WebSockets: none holds anybody up or changes a thing."""

import json
import socket
import struct
from contextlib import suppress
from urllib.parse import quote

import pytest

from tests.hostile import CLOSED, HONEST, LENGTH, Target, received

pytest_plugins = ["tests.hostile_fixture"]


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


@pytest.mark.parametrize("start", [b"GET /", b"GET / HTTP/1.1\r\nX-Long: ", b"GET / HTTP/1.1\r\n"])
@pytest.mark.parametrize("part", [b"a", b"X: y\r\n"], ids=["one", "many"])
def test_a_head_that_is_too_long_is_refused(target: Target, start: bytes, part: bytes) -> None:
    status, _ = target.send(start + part * (3_000_000 // len(part)))
    assert status in (400, CLOSED)
    assert target.answers()


def test_trailers_that_are_too_long_end_it(target: Target) -> None:
    lines = (
        b"POST /graphql HTTP/1.1",
        b"Host: x",
        b"Content-Type: application/json",
        b"Transfer-Encoding: chunked",
    )
    body = b"%x\r\n%b\r\n0\r\nX-Long: " % (len(HONEST), HONEST)
    status, _ = target.send(b"\r\n".join([*lines, b"", body]) + b"a" * 3_000_000)
    assert status in (400, CLOSED)
    assert target.answers()


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


# ---- other sites' pages ---------------------------------------------------------------------------


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
