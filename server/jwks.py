"""An identity provider's keys, fetched when needed and remembered for a while."""

import asyncio
import time

import httpx
from joserfc.jwk import KeySet

from resolvers.errors import Unauthenticated

TIME_TO_LIVE = 600.0
"""Seconds until the keys are fetched again."""
UNKNOWN_KEY_PAUSE = 30.0
"""Seconds between two fetches for keys that are not known, so that made-up key IDs cannot drive them."""


class ProviderKeys:
    """The keys behind a JWKS URL. When they can't be fetched, the last ones known stay good."""

    algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: KeySet | None = None
        self._fetched_at = -TIME_TO_LIVE
        self._turn = asyncio.Lock()

    async def key_set(self, key_id: str | None) -> KeySet:
        if key_id is None:
            raise Unauthenticated("The access token names no key (`kid`).")
        async with self._turn:
            age = time.monotonic() - self._fetched_at
            known = self._keys is not None and any(key.kid == key_id for key in self._keys.keys)
            if self._keys is None or age > TIME_TO_LIVE or (not known and age > UNKNOWN_KEY_PAUSE):
                await self._fetch()
        if self._keys is None:
            raise Unauthenticated("The identity provider's keys cannot be fetched. Try again shortly.")
        return self._keys

    async def _fetch(self) -> None:
        self._fetched_at = time.monotonic()
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                response = await client.get(self._url)
                response.raise_for_status()
                self._keys = KeySet.import_key_set(response.json())
        except (httpx.HTTPError, ValueError, KeyError):
            if self._keys is None:
                self._fetched_at = -TIME_TO_LIVE
