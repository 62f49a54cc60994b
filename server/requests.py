"""Reading a GraphQL request from HTTP, and writing its answer (GraphQL over HTTP)."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response
from strawberry.types import ExecutionResult

from server.headers import header
from server.persisted import Sent
from server.settings import Settings
from server.timers import Timers, Within

RESPONSE_TYPE = "application/graphql-response+json"
JSON_TYPE = "application/json"
EVENTS_TYPE = "text/event-stream"
_CONTENT_TYPES = {
    media_type: (b"content-type", f"{media_type}; charset=utf-8".encode())
    for media_type in (JSON_TYPE, RESPONSE_TYPE)
}
_TEXTS = ("query", "operationName", "documentId", "id", "doc_id")
_OBJECTS = ("variables", "extensions")
_NAMES = ("query", "documentId", "id", "doc_id", "extensions")
_QUALITY = re.compile(r"q\s*=\s*(0(?:\.\d*)?|1(?:\.0*)?)")
_NO_ENCODING = {"Accept-Encoding": "identity"}


class BadRequest(Exception):
    """A request that holds no operation to run; `status` is HTTP's."""

    def __init__(self, message: str, status: int = 400, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class Operation(NamedTuple):
    """What a client asked to be run."""

    sent: Sent
    operation_name: str | None
    variables: dict[str, Any] | None


async def read_body(request: Request, settings: Settings, timers: Timers) -> bytes | BadRequest:
    """The body of a POST; or why there is none to be read, to be raised when it is known who asks."""
    if request.method == "GET":
        return b""
    try:
        async with Within(timers, settings.request_timeout_seconds):
            return await _body(request, settings.maximum_body_bytes)
    except TimeoutError:
        return BadRequest("The body took too long to come.", 408, Connection="close")
    except BadRequest as error:
        return error


async def _body(request: Request, maximum_bytes: int) -> bytes:
    scope = request.scope
    media_type = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
    if media_type != JSON_TYPE:
        raise BadRequest("Send the operation as JSON, with `Content-Type: application/json`.", 415)
    encoding = header(scope, b"content-encoding")
    if encoding is not None and encoding.strip().lower() != "identity":
        raise BadRequest("Send the body as it is, without `Content-Encoding`.", 415, **_NO_ENCODING)
    announced = header(scope, b"content-length") or ""
    too_large = announced.isascii() and announced.isdigit() and int(announced[:20]) > maximum_bytes
    body = bytearray()
    more = True
    while more and not too_large:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise BadRequest("The request ended early.")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        too_large = len(body) > maximum_bytes
    if too_large:
        raise BadRequest(f"The body is larger than {maximum_bytes} bytes.", 413, Connection="close")
    return bytes(body)


def read_operation(request: Request, body: bytes | BadRequest) -> Operation:
    """The operation of a GET, or of a POST's body. Raises BadRequest."""
    if isinstance(body, BadRequest):
        raise body
    if request.method != "GET":
        return operation_of(_json(body, "The body"))
    parameters = request.query_params
    given: dict[str, Any] = {name: parameters[name] for name in _TEXTS if parameters.get(name)}
    for name in _OBJECTS:
        if parameters.get(name):
            given[name] = _json(parameters[name].encode(errors="surrogatepass"), name)
    return operation_of(given)


def _json(data: bytes, what: str) -> Any:
    try:
        return orjson.loads(data)
    except (orjson.JSONDecodeError, RecursionError):
        raise BadRequest(f"{what} is not valid JSON (in UTF-8).") from None


def operation_of(given: Any) -> Operation:
    """The operation that a request's parameters describe. Raises BadRequest."""
    if not isinstance(given, dict):
        raise BadRequest("The body has to be a JSON object with a `query`.")
    for name, value in given.items():
        if value is not None:
            if name in _TEXTS and not isinstance(value, str):
                raise BadRequest(f"`{name}` has to be a text.")
            if name in _OBJECTS and not isinstance(value, dict):
                raise BadRequest(f"`{name}` has to be an object.")
    document_id = given.get("documentId") or given.get("id") or given.get("doc_id") or None
    sent = Sent(given.get("query") or None, document_id, _sha256(given.get("extensions") or {}))
    if not (sent.text or sent.name or sent.sha256):
        raise BadRequest("`query` has to be a text that holds the operation.")
    return Operation(sent, given.get("operationName"), given.get("variables"))


def _sha256(extensions: dict[str, Any]) -> str | None:
    """The hash by which Apollo's clients name a document."""
    persisted = extensions.get("persistedQuery")
    match persisted:
        case None:
            return None
        case {"version": 1, "sha256Hash": str(digest)} if digest:
            return digest
        case {"version": int(), "sha256Hash": str()}:
            raise BadRequest("`persistedQuery` of another version than 1 is not supported.")
    raise BadRequest("`persistedQuery` has to be an object with `version` and `sha256Hash`.")


def answers_as(request: Request) -> str | None:
    """The media type to answer in; None when the client accepts none of ours.

    Events only when nothing else is accepted: some clients name them beside JSON for whatever they ask.
    """
    if not header(request.scope, b"accept"):
        return JSON_TYPE
    qualities = _qualities(request)
    for media_type in _preferred(qualities):
        if media_type in (JSON_TYPE, RESPONSE_TYPE):
            return media_type
        if media_type in ("application/*", "*/*"):
            for ours in (JSON_TYPE, RESPONSE_TYPE):
                if qualities.get(ours, qualities.get("application/*", 1)):
                    return ours
    return EVENTS_TYPE if qualities.get(EVENTS_TYPE) else None


def accepts_events(request: Request) -> bool:
    """Whether the client takes server-sent events, which only a subscription needs."""
    return bool(_qualities(request).get(EVENTS_TYPE))


def _preferred(qualities: dict[str, float]) -> list[str]:
    """What the client accepts, best first; of equals, what it named first."""
    return sorted(filter(qualities.__getitem__, qualities), key=qualities.__getitem__, reverse=True)


def _qualities(request: Request) -> dict[str, float]:
    """How much the client wants each media type that it names, from 0 (not at all) to 1."""
    qualities: dict[str, float] = {}
    for part in (header(request.scope, b"accept") or "").lower().split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((float(found[1]) for p in parameters if (found := _QUALITY.fullmatch(p))), 1.0)
        if media_type:
            qualities[media_type] = max(quality, qualities.get(media_type, 0.0))
    return qualities


def wants_page(request: Request) -> bool:
    """A browser that opens the address, rather than a client that asks."""
    return (
        request.method == "GET"
        and not any(name in request.query_params for name in _NAMES)
        and bool(_qualities(request).get("text/html"))
    )


def payload(result: ExecutionResult) -> dict[str, Any]:
    """A result as clients read it; one refused as a whole has no data."""
    shown: dict[str, Any] = {}
    if result.errors:
        shown["errors"] = [error.formatted for error in result.errors]
    if result.data is not None or not result.errors or any(error.path for error in result.errors):
        shown["data"] = result.data
    if result.extensions:
        shown["extensions"] = result.extensions
    return shown


def answer(
    payload: dict[str, Any], media_type: str = JSON_TYPE, status: int = 200, **headers: str
) -> Response:
    """A JSON answer that nothing on the way keeps; also for what is wrong before any event could be sent."""
    media_type = JSON_TYPE if media_type == EVENTS_TYPE else media_type
    return _Json(orjson.dumps(payload, default=str), media_type, status, headers)


class _Json(Response):
    """Written down as it is sent, which Starlette's own does anew for each header."""

    def __init__(self, body: bytes, media_type: str, status: int, headers: Mapping[str, str]) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        self.raw_headers = [
            (b"content-length", b"%d" % len(body)),
            _CONTENT_TYPES[media_type],
            (b"cache-control", b"no-store"),
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        ]


def error_answer(message: str, code: str, media_type: str, status: int, **headers: str) -> Response:
    """An answer that is nothing but one error."""
    error = {"message": message, "extensions": {"code": code}}
    return answer({"errors": [error]}, media_type, status, **headers)
