"""Requests that no client of good will sends, byte for byte: each is refused, and then an honest one is answered."""

from contextlib import suppress

import pytest

from tests import office
from tests.hostile import CLOSED, HONEST, LENGTH, REFUSED, Target, received
from tests.hostile_requests import CHUNKS, CREDENTIALS, DOCUMENTS, NO_OPERATIONS, NO_REQUESTS, TAKING, VALUES

pytest_plugins = ["tests.hostile_fixture"]


@pytest.mark.parametrize("request_", NO_REQUESTS.values(), ids=NO_REQUESTS)
def test_what_is_no_request_is_refused(target: Target, request_: bytes) -> None:
    status, said = target.send(request_)
    assert status in {CLOSED, 200, 307, 401, 404} | REFUSED, said[:500]
    assert b'"data":{' not in said
    assert target.answers()


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


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)
def test_bad_chunks_are_refused(target: Target, chunks: bytes) -> None:
    request = target.post(b"", b"Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
    status, said = target.send(request + chunks)
    assert status in {CLOSED} | REFUSED, said[:500]
    assert target.answers()


@pytest.mark.parametrize("header", CREDENTIALS.values(), ids=CREDENTIALS)
def test_without_a_good_token_nothing_is_answered(target: Target, header: bytes) -> None:
    request = target.post(HONEST, header or b"Authorization: ")
    status, said = target.send(request)
    assert status in {401, 400, 431}, said[:500]
    assert b'"data":{' not in said
    assert target.answers()


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_that_is_a_trap_is_refused(target: Target, document: str) -> None:
    status, said = target.send(target.query(document))
    assert status in {200, 400, 413}, said[:500]
    assert b'"code":"BAD_USER_INPUT"' in said or b'"code":"QUERY_TOO_COMPLEX"' in said, said[:500]
    assert b"INTERNAL_SERVER_ERROR" not in said
    assert target.answers()


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_values_that_do_not_fit_are_refused_or_find_nothing(target: Target, value: object) -> None:
    for document in TAKING:
        status, said = target.send(target.query(document, v=value))
        assert status in {200, 400}, said[:500]
        assert b"INTERNAL_SERVER_ERROR" not in said and b"TIMEOUT" not in said, said[:500]
    assert target.answers()
