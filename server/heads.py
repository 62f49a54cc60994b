"""HTTP as uvicorn speaks it, with an end to the head of a request.

Its parser takes any, and puts each part that comes to all that came before: a hundred megabytes hold a process up.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 131_072


class BoundedHeads(HttpToolsProtocol):
    """Refuses a head, or what follows a body, that is longer."""

    _without_end = 0
    """Bytes that came since anything was whole."""

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._without_end > MOST_BYTES:
            self.send_400_response("The head of the request is too long.")
            return
        self._without_end += len(data)
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._without_end = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._without_end = 0
        super().on_body(body)
