"""GraphiQL, wholly served from here: the page, the files it loads, and what a browser may do with them.

The bundle in dist/ is built from the npm project in this folder (`npm ci && npm run build`) and is kept with
the sources, so that neither users nor packagers need Node.
"""

import gzip
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

__all__ = ["assets", "page"]

_DIST = Path(__file__).parent / "dist"
_ASSETS = {file.name: file for file in (_DIST / "assets").iterdir()}

# Named here: what the mimetypes module says depends on the machine, and browsers are strict about scripts.
_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".ttf": "font/ttf"}

_HEADERS = {
    # The editor's scripts set styles, hence 'unsafe-inline' for them. As a place to connect to, 'self' covers
    # the WebSocket of the same host. Workers keep to the policy that came with their own script.
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "worker-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self' data:",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def page() -> Response:
    """The page for a browser that opens the GraphQL endpoint. It holds no data and needs no token."""
    return HTMLResponse(_page(), headers=_HEADERS | {"Cache-Control": "no-cache", "Vary": "Accept"})


def _asset(request: Request) -> Response:
    # No coroutine, so that Starlette runs it in a thread: compressing must not hold up everyone else.
    file = _ASSETS.get(request.path_params["name"])
    if file is None:
        raise HTTPException(404)
    # A file's name holds a hash of its content: it never changes.
    headers = _HEADERS | {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    media_type = _MEDIA_TYPES[file.suffix]
    if not _accepts_gzip(request.headers.get("Accept-Encoding", "")):
        return Response(file.read_bytes(), media_type=media_type, headers=headers)
    return Response(_gzipped(file), media_type=media_type, headers=headers | {"Content-Encoding": "gzip"})


assets = Route("/graphql/assets/{name}", _asset, name="graphiql-assets")
"""The files that the page loads."""


@cache
def _page() -> str:
    return (_DIST / "index.html").read_text(encoding="utf-8")


@cache
def _gzipped(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), compresslevel=6)


def _accepts_gzip(accept_encoding: str) -> bool:
    for coding in accept_encoding.lower().replace(" ", "").split(","):
        name, _, weight = coding.partition(";q=")
        if name in ("gzip", "*"):
            return not weight or weight.strip("0.") != ""
    return False
