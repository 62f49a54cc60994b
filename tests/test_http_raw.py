"""Requests as no client library sends them, by a socket to a real server: each is answered, and none by a fault."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from server.settings import load_settings
from server.tokens import issue_token
from tests import office
from tests.server import environment, serving

QUERY = json.dumps({"query": "{ __typename }"}).encode()
SECONDS = 2.0


@pytest.fixture(scope="module")
async def address(
    database_url: str, data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    await office.fill(database_url)
    env = environment(database_url, data_dir, PARTNERHUB_REQUEST_TIMEOUT_SECONDS=str(SECONDS))
    with serving("serve", env=env, cwd=tmp_path_factory.mktemp("raw")) as address:
        yield address


@pytest.fixture(scope="module")
def token(data_dir: Path) -> str:
    settings = load_settings(data_dir=data_dir)
    return issue_token(settings, partner=office.PARTNER, email=office.FULL, seconds=3600)


class Raw:
    """A connection on which bytes are sent as they are."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader = reader
        self._writer = writer
        self._token = token

    def head(self, *lines: str, method: str = "POST", path: str = "/graphql") -> bytes:
        signed = f"Authorization: Bearer {self._token}"
        return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", signed, *lines, "", ""]).encode()

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            self._writer.write(part)
            await self._writer.drain()

    async def status(self) -> int:
        """The answer's status; its body is read, so that the next answer can be."""
        async with asyncio.timeout(SECONDS + 10):
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
            self.body = await self._reader.readexactly(length)
        return int(head.split()[1])

    async def is_closed(self) -> None:
        async with asyncio.timeout(SECONDS + 10):
            while await self._reader.read(65536):
                pass


@pytest.fixture
async def raw(address: str, token: str) -> AsyncIterator[Raw]:
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    yield Raw(reader, writer, token)
    writer.close()


JSON = "Content-Type: application/json"


async def test_as_it_should_be(raw: Raw) -> None:
    for _ in range(2):
        await raw.send(raw.head(JSON, f"Content-Length: {len(QUERY)}"), QUERY)
        assert await raw.status() == 200
        assert json.loads(raw.body)["data"] == {"__typename": "Query"}


async def test_in_chunks(raw: Raw) -> None:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (QUERY[:3], QUERY[3:]))
    await raw.send(raw.head(JSON, "Transfer-Encoding: chunked"), chunks + b"0\r\n\r\n")
    assert await raw.status() == 200


async def test_chunks_without_end_are_cut_off_by_their_size(raw: Raw) -> None:
    await raw.send(raw.head(JSON, "Transfer-Encoding: chunked"))
    with suppress(
        ConnectionError, asyncio.IncompleteReadError
    ):  # what comes after the answer may find nobody
        for _ in range(1000):
            await raw.send(b"1000\r\n" + b" " * 0x1000 + b"\r\n")
        assert await raw.status() == 413
    with suppress(ConnectionError):
        await raw.is_closed()


async def test_a_body_that_does_not_come_is_not_waited_for(raw: Raw) -> None:
    await raw.send(raw.head(JSON, f"Content-Length: {len(QUERY) + 10}"), QUERY)
    assert await raw.status() == 408
    await raw.is_closed()


async def test_a_body_that_is_announced_too_large_is_not_read(raw: Raw) -> None:
    await raw.send(raw.head(JSON, "Content-Length: 99999999999999999999"))
    assert await raw.status() in (400, 413)
    await raw.is_closed()


async def test_bytes_past_the_announced_are_another_request_which_is_none(raw: Raw) -> None:
    await raw.send(raw.head(JSON, f"Content-Length: {len(QUERY)}"), QUERY + b"}")
    assert await raw.status() in (200, 400)  # as both come at once
    await raw.is_closed()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x"])
async def test_a_body_in_a_coding_is_refused(raw: Raw, coding: str) -> None:
    packed = gzip.compress(QUERY)
    await raw.send(raw.head(JSON, f"Content-Encoding: {coding}", f"Content-Length: {len(packed)}"), packed)
    assert await raw.status() == 415
    assert b"Content-Encoding" in raw.body


def with_n(number: bytes) -> bytes:
    query = b'"query ($n: Int) { customers(first: $n) { totalCount } }"'
    return b'{"query": ' + query + b', "variables": {"n": ' + number + b"}}"


def search(escaped: bytes) -> bytes:
    return b'{"query": "{ customers(filter: {search: \\"' + escaped + b'\\"}) { totalCount } }"}'


BODIES: dict[str, bytes] = {
    "a byte order mark": b"\xef\xbb\xbf" + QUERY,
    "UTF-16": QUERY.decode().encode("utf-16"),
    "half a character": b'{"query": "{ __typename }", "x": "\xc3"}',
    "a lone surrogate": b'{"query": "{ __typename }", "operationName": "\\ud800"}',
    "a lone surrogate in a text": search(b"\\ud800"),
    "a lone surrogate in the document": search(b"\\\\ud800"),
    "NUL": search(b"\\u0000"),
    "NUL in the document": search(b"\\\\u0000"),
    "a number beyond any": with_n(b"1e400"),
    "a number of many digits": with_n(b"9" * 5000),
    "NaN": with_n(b"NaN"),
    "deep": with_n(b'{"a":' * 5000 + b"1" + b"}" * 5000),
    "deeper": b"[" * 200_000,
    "duplicate keys": b'{"query": "{", "query": "{ __typename }", "variables": 5, "variables": null}',
    "many keys": with_n(b"1, " + b", ".join(b'"a%d": %d' % (n, n) for n in range(9000))),
    "a comment": b'{"query": "{ __typename }"} // this one',
    "two documents": QUERY + QUERY,
    "a batch": b"[" + QUERY + b"]",
    "an upload": b'{"operations": {}, "map": {}}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_no_body_is_a_fault_of_the_service(raw: Raw, body: bytes) -> None:
    await raw.send(raw.head(JSON, f"Content-Length: {len(body)}"), body)
    assert await raw.status() in (200, 400)
    answer: Any = json.loads(raw.body)
    for error in answer.get("errors", []):
        assert error["extensions"]["code"] in ("BAD_USER_INPUT", "QUERY_TOO_COMPLEX")


PARAMETERS = [
    *("%", "%ff", "query=%ff%fe", "query", "query=&query={__typename}", "=", "&&&"),
    *("variables=%7B", "extensions=5", "query=" + "a" * 50_000),
]


@pytest.mark.parametrize("query", PARAMETERS, ids=range(len(PARAMETERS)))
async def test_no_parameters_are_a_fault_of_the_service(raw: Raw, query: str) -> None:
    await raw.send(raw.head(method="GET", path=f"/graphql?{query}"))
    assert await raw.status() in (200, 400, 414, 431)


@pytest.mark.parametrize("line", [b"\0\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"{}\r\n\r\n"])
async def test_what_is_no_request_is_refused(raw: Raw, line: bytes) -> None:
    await raw.send(line)
    assert await raw.status() == 400
