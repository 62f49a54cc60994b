"""Access tokens made by hand, good and bad, and what comes of knocking with one."""

import base64
import hmac
import json
import time
from typing import Any

import httpx
from joserfc import jws

from tests import office
from tests.server import Api

ECHO = "{ viewer { admin { email roles } } }"


async def knock(api: Api, authorization: str | None) -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return await api.client.post("/graphql", json={"query": ECHO}, headers=headers)


def assert_refused(response: httpx.Response) -> str:
    """Nothing was resolved; what was said."""
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert "data" not in response.json()
    return str(error["message"])


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    given = {
        "iss": "partnerhub",
        "aud": "partnerhub",
        "sub": office.FULL,
        "email": office.FULL,
        "partner": office.PARTNER,
        "iat": now,
        "exp": now + 600,
    } | changed
    return {name: value for name, value in given.items() if value is not None}


def signed(
    key: Any,
    algorithm: str = "ES256",
    kid: str | None = None,
    header: dict[str, Any] | None = None,
    **changed: Any,
) -> str:
    given = {"alg": algorithm, "kid": kid or key.kid} | (header or {})
    body = json.dumps(
        claims(**changed)
    )  # as others write JSON, so that whatever can be escaped can be claimed
    return "Bearer " + jws.serialize_compact(given, body, key, algorithms=[algorithm])


def confused(key: Any) -> str:
    """Signed by HMAC with the public key as its secret, for a server that would take the header's word."""
    text = f"{part({'alg': 'HS256', 'kid': key.kid})}.{part(claims())}"
    digest = hmac.digest(key.as_pem(private=False), text.encode(), "sha256")
    return f"Bearer {text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
