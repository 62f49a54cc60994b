"""An identity provider's keys, fetched when needed and remembered for a while."""

import asyncio
import logging
import time
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from resolvers.errors import Unauthenticated

log = logging.getLogger("partnerhub.tokens")

FETCH_SECONDS = 5.0


class ProviderKeys:
    """The keys behind a JWKS URL. When they can't be fetched, the last ones known stay good."""

    algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]

    def __init__(self, url: str, ttl_seconds: float, pause_seconds: float) -> None:
        self._url = url
        self._ttl = ttl_seconds
        self._pause = pause_seconds
        self._keys: dict[str, Key] = {}
        self._tried_at = self._fetched_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, key_id: str) -> Key:
        """The key of this ID. Raises Unauthenticated."""
        if self._fetching is None and self._is_due(key_id):
            self._fetching = asyncio.create_task(self._fetch())
        elif key_id in self._keys:  # the others go on with what they know while one has it fetched anew
            return self._keys[key_id]
        if self._fetching:
            await asyncio.shield(self._fetching)  # it goes on for those who wait when this one goes away
        if key_id in self._keys:
            return self._keys[key_id]
        if not self._keys:
            raise Unauthenticated("The identity provider's keys cannot be fetched. Try again shortly.")
        raise Unauthenticated("The access token is signed by a key that the identity provider does not name.")

    def _is_due(self, key_id: str) -> bool:
        now = time.monotonic()
        if now - self._tried_at < self._pause:  # so that made-up key IDs cannot drive the fetching
            return False
        return key_id not in self._keys or now - self._fetched_at > self._ttl

    async def _fetch(self) -> None:
        self._tried_at = time.monotonic()
        try:
            async with asyncio.timeout(FETCH_SECONDS), httpx.AsyncClient(timeout=FETCH_SECONDS) as client:
                response = await client.get(self._url)
                response.raise_for_status()
                self._keys = _keys(response.json()["keys"])
                self._fetched_at = time.monotonic()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, KeyError, TypeError) as error:
            reason = str(error) or type(error).__name__
            log.warning("the identity provider's keys cannot be fetched: %s", reason)
        finally:
            self._fetching = None


def _keys(documents: list[dict[str, Any]]) -> dict[str, Key]:
    """The keys by ID; those of a kind that is not known here are left out."""
    keys = {}
    for document in documents:
        try:
            keys[document["kid"]] = import_key(document)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("a key of the identity provider cannot be used: %s", error or type(error).__name__)
    return keys
