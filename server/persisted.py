"""Operations that are sent by a name: those that clients registered (Apollo's protocol), and trusted documents.

A manifest maps the name of each trusted document to its text, as relay-compiler and graphql-codegen write it. With
one, whatever else a client sends is ad hoc and needs a role that may send such.
"""

from collections import OrderedDict
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import orjson
from graphql import GraphQLError, parse

from models.enums import PartnerRole
from resolvers.errors import BadUserInput, ClientError, Forbidden
from resolvers.viewer import Viewer
from server.settings import SettingsError

MOST_CHARACTERS = 10_000_000
"""How long the registered texts may be together."""
_PREFIX = "sha256:"
_SETTING = "PARTNERHUB_TRUSTED_DOCUMENTS"


class PersistedQueryNotFound(ClientError):
    """A name that stands for no document here. Clients know message and code, and send the text next."""

    code = "PERSISTED_QUERY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound")


class PersistedQueryNotSupported(ClientError):
    """No texts are registered here. Clients know this one too, and send texts from now on."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotSupported")


class Sent(NamedTuple):
    """What a client sent for its document: a text, a name, or both."""

    text: str | None = None
    name: str | None = None
    """By which the manifest, or what was registered, knows it."""
    sha256: str | None = None
    """By which the text is to be registered."""


def read_manifest(path: Path) -> dict[str, str]:
    """The documents of a manifest, by name. Raises SettingsError."""
    try:
        found = orjson.loads(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"{_SETTING}: {path} cannot be read: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise SettingsError(f"{_SETTING}: {path} is not valid JSON: {error}") from None
    if not isinstance(found, dict):
        raise SettingsError(f"{_SETTING}: {path} has to be a JSON object of documents by their names")
    for name, text in found.items():
        try:
            parse(text)
        except TypeError:
            raise SettingsError(f"{_SETTING}: {path}: {name} is not a text") from None
        except (GraphQLError, RecursionError) as error:
            raise SettingsError(
                f"{_SETTING}: {path}: {name} is no GraphQL document: {error}".splitlines()[0]
            ) from None
    return found


class Persisted:
    """The documents that this process knows by name, and who may send others."""

    def __init__(
        self, trusted: dict[str, str] | None, ad_hoc_roles: Collection[PartnerRole], most: int
    ) -> None:
        self.trusted = trusted or {}
        self._texts = frozenset(self.trusted.values())
        self._ad_hoc_roles = None if trusted is None else frozenset(ad_hoc_roles)
        self._most = most
        self._registered: OrderedDict[str, str] = OrderedDict()
        self._characters = 0

    def __len__(self) -> int:
        return len(self._registered)

    def text(self, sent: Sent, viewer: Viewer) -> str:
        """The document's text.

        Raises PersistedQueryNotFound, BadUserInput for a hash that is not the text's, and Forbidden for a document
        that the viewer may not send.
        """
        text = sent.text or self._named(sent.name or sent.sha256 or "")
        if (
            text not in self._texts
            and self._ad_hoc_roles is not None
            and not viewer.roles & self._ad_hoc_roles
        ):
            raise Forbidden("Only trusted documents may be run: send the `documentId` of one.")
        if sent.text and sent.sha256 and self.trusted.get(sent.sha256) != text:
            self._register(sent.sha256.lower(), text)
        return text

    def _named(self, name: str) -> str:
        digest = name.removeprefix(_PREFIX)
        text = self.trusted.get(name) or self.trusted.get(digest) or self._registered.get(digest.lower())
        if text is None:
            raise PersistedQueryNotFound if self._most else PersistedQueryNotSupported
        if digest.lower() in self._registered:
            self._registered.move_to_end(digest.lower())
        return text

    def _register(self, digest: str, text: str) -> None:
        if sha256(text.encode(errors="surrogatepass")).hexdigest() != digest:
            raise BadUserInput("sha256Hash: it is not the hash of the query.")
        if digest in self._registered or len(text) > MOST_CHARACTERS // 10:
            return
        self._registered[digest] = text
        self._characters += len(text)
        while len(self._registered) > self._most or self._characters > MOST_CHARACTERS:
            _, dropped = self._registered.popitem(last=False)
            self._characters -= len(dropped)
