"""Access tokens: signed here with a key of the data folder, or by an identity provider."""

import json
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeGuard

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import ECKey, KeySet

from resolvers.errors import Unauthenticated
from server.settings import Settings, SettingsError

LOCAL_ALGORITHM = "ES256"
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

    async def key_set(self, key_id: str | None) -> KeySet: ...


def local_key(data_dir: Path) -> ECKey:
    """The data folder's own key, made on first use; several commands at once get the same one."""
    path = data_dir / "token-key.json"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        key = ECKey.generate_key("P-256", auto_kid=True)
        draft = data_dir / f".token-key-{secrets.token_hex(8)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(key.as_dict(private=True), file)
        try:
            os.link(draft, path)  # whole or not at all, and only the first one counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    try:
        return ECKey.import_key(json.loads(path.read_text()))
    except (ValueError, TypeError, KeyError, JoseError):
        raise SettingsError(
            f"{path} holds no key: remove it, and a new one is made (old tokens then end)"
        ) from None


class LocalKeys:
    """The data folder's key alone."""

    def __init__(self, data_dir: Path) -> None:
        self.algorithms = [LOCAL_ALGORITHM]
        self._keys = KeySet([local_key(data_dir)])

    async def key_set(self, key_id: str | None) -> KeySet:
        return self._keys


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


class Verifier:
    """Checks tokens: signature, issuer, audience, expiry, and that they name an admin of a partner."""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._settings = settings
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": settings.jwt_issuer},
            aud={"essential": True, "value": settings.jwt_audience},
            exp={"essential": True},
        )

    async def identity(self, authorization: str | None) -> Identity:
        """Whom the header's token names. Raises Unauthenticated."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated(f"This needs an access token. {_HOW}")
        try:
            keys = await self._keys.key_set(_key_id(token.strip()))
            claims = jwt.decode(token.strip(), keys, algorithms=self._keys.algorithms).claims
            self._claims.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            reason = "has expired" if isinstance(error, ExpiredTokenError) else "is not valid here"
            raise Unauthenticated(f"The access token {reason}. {_HOW}") from None
        partner = claims.get(self._settings.jwt_partner_claim)
        email = claims.get(self._settings.jwt_email_claim)
        if not _is_name(partner) or not _is_name(email):
            raise Unauthenticated(f"The access token names no partner admin. {_HOW}")
        return Identity(partner, email, float(claims["exp"]))


def _is_name(claim: object) -> TypeGuard[str]:
    return isinstance(claim, str) and "\0" not in claim  # which the database would not take


def _key_id(token: str) -> str | None:
    key_id = jws.extract_compact(token.encode()).headers().get("kid")
    return key_id if isinstance(key_id, str) else None
