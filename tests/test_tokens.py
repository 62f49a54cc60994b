"""Access tokens by the data folder's key: who is let in, and who is not."""

import asyncio
import base64
import math
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from server.keys import local_key
from tests import office
from tests.server import Api, served
from tests.signing import ECHO, assert_refused, claims, confused, knock, part, signed


@pytest.fixture(scope="module")
async def database(database_url: str) -> str:
    await office.fill(database_url)
    return database_url


@pytest.fixture(scope="module")
async def api(database: str, data_dir: Path) -> AsyncIterator[Api]:
    async with served(database, data_dir, office.PARTNER) as api:
        yield api


async def test_a_good_token_lets_in(api: Api, data_dir: Path) -> None:
    response = await knock(api, signed(local_key(data_dir)))
    assert response.json()["data"]["viewer"]["admin"]["email"] == office.FULL
    lower = signed(local_key(data_dir)).replace("Bearer", "bearer")
    assert (await knock(api, lower)).status_code == 200


async def test_the_email_is_found_whatever_its_case(api: Api, data_dir: Path) -> None:
    response = await knock(api, signed(local_key(data_dir), email=office.FULL.upper()))
    assert response.status_code == 200


def forged(data_dir: Path) -> dict[str, str | None]:
    """Every way not to be let in."""
    key, now = local_key(data_dir), int(time.time())
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    header, body, signature = signed(key).removeprefix("Bearer ").split(".")
    return {
        "nothing": None,
        "empty": "",
        "another scheme": "Basic dXNlcjpwYXNz",
        "no token": "Bearer ",
        "garbage": "Bearer garbage",
        "three pieces of garbage": "Bearer a.b.c",
        "expired": signed(key, exp=now - 1),
        "expires now": signed(key, exp=now),
        "no expiry": signed(key, exp=None),
        "expiry is a text": signed(key, exp="tomorrow"),
        "expiry is true": signed(key, exp=True),
        "expiry is NaN": signed(key, exp=math.nan),
        "not yet": signed(key, nbf=now + 600),
        "not before a text": signed(key, nbf="yesterday"),
        "issued in the future": signed(key, iat=now + 600),
        "issued at a text": signed(key, iat="yesterday"),
        "the subject is a number": signed(key, sub=7),
        "the audience is a number": signed(key, aud=7),
        "the audience is a list of others": signed(key, aud=["elsewhere", "nowhere"]),
        "the audience is a list of lists": signed(key, aud=[["partnerhub"]]),
        "the issuer is a list": signed(key, iss=["partnerhub"]),
        "wrong audience": signed(key, aud="elsewhere"),
        "no audience": signed(key, aud=None),
        "wrong issuer": signed(key, iss="elsewhere"),
        "no issuer": signed(key, iss=None),
        "no email": signed(key, email=None),
        "email is a list": signed(key, email=[office.FULL]),
        "NUL in the email": signed(key, email="\0"),
        "NUL in the partner": signed(key, partner="a\0b"),
        "half of a surrogate pair in the email": signed(key, email="\ud800@office.example"),
        "half of a surrogate pair in the partner": signed(key, partner="a\udfff"),
        "half of a surrogate pair in the key ID": f"Bearer {part({'alg': 'ES256', 'kid': chr(0xD800)})}.{body}.x",
        "no partner": signed(key, partner=None),
        "unknown kid": signed(stranger, kid="unknown"),
        "another key under our kid": signed(stranger, kid=key.kid),
        "no kid": "Bearer " + jwt.encode({"alg": "ES256"}, claims(), stranger, algorithms=["ES256"]),
        "no kid, our key": "Bearer " + jwt.encode({"alg": "ES256"}, claims(), key, algorithms=["ES256"]),
        "kid is a number": f"Bearer {part({'alg': 'ES256', 'kid': 7})}.{body}.{signature}",
        "kid is a path": signed(stranger, kid="../../../../dev/null"),
        "a key of its own (jwk)": signed(stranger, header={"jwk": stranger.as_dict(private=False)}),
        "a key of its own (jwk), our kid": signed(
            stranger, kid=key.kid, header={"jwk": stranger.as_dict(private=False)}
        ),
        "keys elsewhere (jku)": signed(stranger, header={"jku": "https://elsewhere.example/keys"}),
        "a certificate elsewhere (x5u)": signed(stranger, header={"x5u": "https://elsewhere.example/cert"}),
        "a certificate of its own (x5c)": signed(stranger, header={"x5c": ["MIIB"]}),
        "the partner is an object": signed(key, partner={"name": office.PARTNER}),
        "a list for claims": f"Bearer {header}.{base64.urlsafe_b64encode(b'[]').decode()}.{signature}",
        "no header": f"Bearer .{body}.{signature}",
        "dots": "Bearer ....",
        "encrypted, by its form": "Bearer a.b.c.d.e",
        "two tokens": f"{signed(key)}, {signed(key)}",
        "huge": signed(key, padding="x" * 100_000),
        "huge garbage": "Bearer " + "x" * 100_000,
        "alg none": f"Bearer {part({'alg': 'none', 'kid': key.kid})}.{body}.",
        "alg none, signed": f"Bearer {part({'alg': 'none', 'kid': key.kid})}.{body}.{signature}",
        "signature cut off": f"Bearer {header}.{body}.",
        "body changed": f"Bearer {header}.{part(claims(email='other@office.example'))}.{signature}",
        "HS256 with the public key": confused(key),
        "unknown crit": f"Bearer {part({'alg': 'ES256', 'kid': key.kid, 'crit': ['x'], 'x': 1})}.{body}.{signature}",
    }


async def test_no_other_token_does(api: Api, data_dir: Path) -> None:
    for what, authorization in forged(data_dir).items():
        message = assert_refused(await knock(api, authorization))
        assert "partnerhub token" in message, what


async def test_several_authorization_headers_let_nobody_in(api: Api, data_dir: Path) -> None:
    good, other = signed(local_key(data_dir)), signed(local_key(data_dir), email=office.ASSIGNED)
    for pair in ((good, other), (good, good), (good, ""), ("", good)):
        headers = [("Authorization", value) for value in pair]
        assert_refused(await api.client.post("/graphql", json={"query": ECHO}, headers=headers))


async def test_what_is_known_elsewhere_of_a_key_does_not_matter(api: Api, data_dir: Path) -> None:
    """Our own signature is what counts: the header's keys and addresses are not even looked at."""
    key, stranger = local_key(data_dir), ECKey.generate_key("P-256", auto_kid=True)
    for header in ({"jwk": stranger.as_dict(private=False)}, {"jku": "https://elsewhere.example/keys"}):
        assert (await knock(api, signed(key, header=header))).status_code == 200


async def test_a_clock_may_be_a_little_ahead_but_an_end_is_an_end(api: Api, data_dir: Path) -> None:
    key, now = local_key(data_dir), int(time.time())
    assert (await knock(api, signed(key, iat=now + 20, nbf=now + 20))).status_code == 200
    assert (await knock(api, signed(key, exp=10**400))).status_code == 200
    assert_refused(await knock(api, signed(key, exp=now - 1)))


async def test_a_token_that_was_good_is_not_when_it_has_ended(api: Api, data_dir: Path) -> None:
    end = int(time.time()) + 4
    ending = signed(local_key(data_dir), exp=end)
    assert (await knock(api, ending)).status_code == 200
    await asyncio.sleep(end - time.time())
    assert "has expired" in assert_refused(await knock(api, ending))


async def test_unknown_inactive_and_roleless_admins_cannot_be_told_apart(api: Api, data_dir: Path) -> None:
    key = local_key(data_dir)
    people: list[dict[str, Any]] = [
        {"email": "nobody@office.example"},
        {"email": office.INACTIVE},
        {"email": office.ROLELESS},
        {"partner": "No Such Partner"},
    ]
    said = {assert_refused(await knock(api, signed(key, **who))) for who in people}
    assert len(said) == 1


async def test_roles_are_those_of_the_moment(api: Api, database: str) -> None:
    async def become(roles: str, active: bool = True) -> None:
        await office.run_sql(
            database,
            f"UPDATE partner_admins SET roles = '{roles}', active = {active} WHERE email = '{office.ASSIGNED}'",
        )

    authorization = f"Bearer {api.token(office.ASSIGNED)}"
    for role in ("PARTNER_ADMIN", "HELP_DESK_ADMIN"):
        await become(f"{{{role}}}")
        response = await knock(api, authorization)
        assert response.json()["data"]["viewer"]["admin"]["roles"] == [role]
    await become("{}")
    assert_refused(await knock(api, authorization))
    await become("{PARTNER_ADMIN}", active=False)
    assert_refused(await knock(api, authorization))
    await become("{PARTNER_ADMIN}")
    assert (await knock(api, authorization)).status_code == 200


async def test_another_data_folders_tokens_are_refused(api: Api, tmp_path: Path) -> None:
    assert_refused(await knock(api, signed(local_key(tmp_path))))


def test_the_key_is_the_owners_alone(tmp_path: Path) -> None:
    local_key(tmp_path)
    assert (tmp_path / "token-key.json").stat().st_mode & 0o077 == 0
