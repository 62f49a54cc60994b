"""Access tokens: signed here with a key of the data folder, or by an identity provider."""

import re
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, TypeGuard

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import Key
from starlette.datastructures import Headers

from resolvers.errors import Unauthenticated
from server import metrics
from server.keys import LOCAL_ALGORITHM, local_key
from server.settings import Settings

LONGEST_TOKEN = 8192
KNOWN_TOKENS = 10_000
CLOCK_SKEW_SECONDS = 60
"""How far ahead the clock of whoever issues may be. A token's end is taken at its word."""
_FOREVER = 2**53
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
_HOW = "Send `Authorization: Bearer TOKEN`; `partnerhub token EMAIL` prints a token."


@dataclass(frozen=True)
class Identity:
    """Whom a token names, until when (Unix time)."""

    partner: str
    email: str
    expires_at: float


class Keys(Protocol):
    """Where the keys come from that tokens are checked with."""

    algorithms: list[str]

    async def key(self, key_id: str) -> Key:
        """The key of this ID, the same object for as long as it is the same key. Raises Unauthenticated."""
        ...


@dataclass(frozen=True)
class _Known:
    """A token that was checked, and by which key."""

    identity: Identity
    key_id: str
    key: Key


def issue_token(settings: Settings, *, partner: str, email: str, seconds: int) -> str:
    """A token for a partner admin, signed with the data folder's key."""
    key = local_key(settings.data_dir)
    now = int(time.time())
    claims = {
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
        "sub": email,
        settings.jwt_email_claim: email,
        settings.jwt_partner_claim: partner,
        "iat": now,
        "exp": now + seconds,
    }
    return jwt.encode({"alg": LOCAL_ALGORITHM, "kid": key.kid}, claims, key, algorithms=[LOCAL_ALGORITHM])


def authorization(headers: Headers) -> str | None:
    """The header by that name. Several are one with commas, as HTTP has it, and that holds no good token."""
    return ", ".join(headers.getlist("authorization")) or None


class Verifier:
    """Checks tokens: signature, issuer, audience, times, and that they name an admin of a partner.

    A token that was found good is known by its hash until it ends, so that its signature is checked once; but for
    no longer than the key it was checked with stands. What its admin may do is none of the token's business.
    """

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._settings = settings
        self._keys = keys
        self._known: dict[bytes, _Known] = {}
        self._claims = jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": settings.jwt_issuer},
            aud={"essential": True, "value": settings.jwt_audience},
            exp={"essential": True},
        )

    async def identity(self, authorization: str | None) -> Identity:
        """Whom the header's token names. Raises Unauthenticated."""
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated(f"This needs an access token. {_HOW}")
        if len(token) > LONGEST_TOKEN:
            raise _refused("is too long")
        digest = sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known is None or await self._keys.key(known.key_id) is not known.key:
            known = await self._check(token)
            self._remember(digest, known)
            metrics.token("signature").inc()
        else:
            metrics.token("memory").inc()
        if known.identity.expires_at <= time.time():
            self._known.pop(digest, None)
            raise _refused("has expired")
        return known.identity

    async def _check(self, token: str) -> _Known:
        try:
            key_id = jws.extract_compact(token.encode()).headers().get("kid")
            if not isinstance(key_id, str):
                raise _refused("names no key (`kid`)")
            key = await self._keys.key(key_id)
            claims = jwt.decode(token, key, algorithms=self._keys.algorithms).claims
            self._claims.validate(claims)
        except ExpiredTokenError:
            raise _refused("has expired") from None
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise _refused("is not valid here") from None
        partner = claims.get(self._settings.jwt_partner_claim)
        email = claims.get(self._settings.jwt_email_claim)
        if not _is_name(partner) or not _is_name(email):
            raise _refused("names no partner admin")
        return _Known(Identity(partner, email, float(min(claims["exp"], _FOREVER))), key_id, key)

    def _remember(self, digest: bytes, known: _Known) -> None:
        self._known.pop(digest, None)
        if len(self._known) >= KNOWN_TOKENS:
            del self._known[next(iter(self._known))]
        self._known[digest] = known


def _refused(reason: str) -> Unauthenticated:
    return Unauthenticated(f"The access token {reason}. {_HOW}")


def _is_name(claim: object) -> TypeGuard[str]:
    """Whether it is text that the database takes: Unicode, without half of a surrogate pair and without NUL."""
    return isinstance(claim, str) and not _NO_TEXT.search(claim)
