"""Global IDs and cursors, sealed under the database's own key.

Sealed, an ID tells nothing (not even how many rows there are), and one that was made up or altered is known as
such without a look into the database.
"""

import base64
import binascii
import hmac
import sys
from array import array
from collections.abc import Sequence
from hashlib import blake2s
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from resolvers.errors import BadUserInput

# A byte for each type and the order is for ever: IDs are bookmarked.
TYPES = (
    "Partner",
    "PartnerAdmin",
    "Customer",
    "Tag",
    "Subscription",
    "Trial",
    "License",
    "Order",
    "Invoice",
    "Resource",
    "AuditEvent",
)
_NUMBER = {name: number for number, name in enumerate(TYPES, start=1)}
_ZEROS = bytes(7)
_DIGEST = 8
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class GlobalIds:
    """Seals and opens IDs. One block of AES each: type (1 byte), zeros (7), number (8)."""

    def __init__(self, key: bytes) -> None:
        self._keyed = blake2s(key=key, digest_size=_DIGEST)
        # Single blocks, each different: a plain permutation.
        cipher = Cipher(algorithms.AES(key), modes.ECB())
        self._seal = cipher.encryptor().update
        self._open = cipher.decryptor().update

    def seal(self, type_name: str, number: int) -> str:
        block = bytes((_NUMBER[type_name],)) + _ZEROS + number.to_bytes(8)
        return base64.urlsafe_b64encode(self._seal(block))[:22].decode()

    def seal_all(self, type_name: str, numbers: Sequence[int]) -> list[str]:
        """The same for many numbers of one type, in one go."""
        if not numbers:
            return []
        halves = array("Q", [_NUMBER[type_name] << 56]) * (2 * len(numbers))
        halves[1::2] = array("Q", numbers)
        if sys.byteorder == "little":
            halves.byteswap()
        sealed = array("H", self._seal(halves.tobytes()))
        # Two bytes behind each block make it one that base64 ends with, so that the next begins anew.
        blocks = array("H", bytes(18 * len(numbers)))
        for n in range(8):
            blocks[n::9] = sealed[n::8]
        text = bytearray(base64.urlsafe_b64encode(blocks))
        text[22::24] = text[23::24] = b" " * len(numbers)
        return text.decode().split()

    def open(self, value: str, field: str) -> tuple[str, int]:
        """The type's name and the number. Raises BadUserInput, naming `field`, for anything not sealed here."""
        try:
            sealed = base64.b64decode(value + "==", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            sealed = b""
        # The cipher keeps what is no whole block for the next one, so it must not get to see it.
        block = self._open(sealed) if len(sealed) == 16 else b""
        if len(block) != 16 or block[1:8] != _ZEROS or not 0 < block[0] <= len(TYPES):
            raise BadUserInput(f"{field}: {value[:60]!r} is not an ID of this service.")
        if self.seal(TYPES[block[0] - 1], int.from_bytes(block[8:])) != value:
            raise BadUserInput(f"{field}: {value[:60]!r} is not an ID of this service.")
        return TYPES[block[0] - 1], int.from_bytes(block[8:])

    def open_as(self, type_name: str, value: str, field: str) -> int:
        """The number of an ID that has to be of one type."""
        found, number = self.open(value, field)
        if found != type_name:
            raise BadUserInput(f"{field}: this is the ID of a {found}, not of a {type_name}.")
        return number

    def open_all_as(self, type_name: str, values: Sequence[str], field: str) -> tuple[int, ...]:
        """The numbers of IDs in a list, which an error names by its place there."""
        return tuple(self.open_as(type_name, value, f"{field}[{n}]") for n, value in enumerate(values))

    def seal_cursor(self, values: list[Any]) -> str:
        """A cursor that holds these values (dates and times as ISO 8601)."""
        body = orjson.dumps(values)
        sealed = binascii.b2a_base64(self._digest(body) + body, newline=False)
        return sealed.translate(_URL_SAFE, b"=").decode()

    def open_cursor(self, cursor: str, field: str) -> list[Any]:
        """A cursor's values. Raises BadUserInput, naming the argument `field`, for anything not sealed here."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if not hmac.compare_digest(raw[:_DIGEST], self._digest(raw[_DIGEST:])):
            raise BadUserInput(f"{field}: {cursor[:60]!r} is not a cursor of this service.")
        values: list[Any] = orjson.loads(raw[_DIGEST:])
        return values

    def _digest(self, body: bytes) -> bytes:
        keyed = self._keyed.copy()
        keyed.update(body)
        return keyed.digest()
