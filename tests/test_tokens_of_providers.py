"""Access tokens by an identity provider's keys: who is let in, and how the keys are fetched."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from server import jwks
from server.keys import local_key
from tests import office
from tests.server import command, environment, served
from tests.signing import assert_refused, claims, confused, knock, signed


@pytest.fixture(scope="module")
async def database(database_url: str) -> str:
    await office.fill(database_url)
    return database_url


@dataclass
class Provider:
    """A small HTTP server that publishes keys."""

    keys: list[Any] = field(default_factory=list)
    up: bool = True
    body: bytes | None = None
    fetches: int = 0
    seconds: float = 0.0
    """How long it takes to answer."""
    drip: float = 0.0
    """How long it takes for each byte."""
    url: str = ""

    def document(self) -> bytes:
        return self.body or json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.fetches += 1
            time.sleep(provider.seconds)
            self.send_response(200 if provider.up else 503)
            self.end_headers()
            document = provider.document() if provider.up else b"down"
            parts = [bytes([byte]) for byte in document] if provider.drip else [document]
            with suppress(ConnectionError):
                for part in parts:
                    self.wfile.write(part)
                    time.sleep(provider.drip)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    provider.url = f"http://127.0.0.1:{server.server_port}/keys"
    yield provider
    server.shutdown()
    server.server_close()


def rsa() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


def elliptic() -> ECKey:
    return ECKey.generate_key("P-256", auto_kid=True)


async def test_a_providers_tokens_let_in_and_local_ones_do_not(
    database: str, data_dir: Path, provider: Provider
) -> None:
    provider.keys = [rsa(), elliptic()]
    async with served(database, data_dir, jwks_url=provider.url) as api:
        for key, algorithm in zip(provider.keys, ("RS256", "ES256"), strict=True):
            assert (await knock(api, signed(key, algorithm))).status_code == 200
        assert provider.fetches == 1
        assert_refused(await knock(api, signed(local_key(data_dir))))
        assert_refused(await knock(api, confused(provider.keys[0])))
        nameless = jwt.encode({"alg": "RS256"}, claims(), provider.keys[0], algorithms=["RS256"])
        assert_refused(await knock(api, f"Bearer {nameless}"))
        assert_refused(await knock(api, signed(provider.keys[0], "RS256", exp=int(time.time()) - 1)))


async def test_claims_go_by_the_names_that_are_set(database: str, data_dir: Path, provider: Provider) -> None:
    provider.keys = [elliptic()]
    settings = {
        "jwt_issuer": "https://id.example",
        "jwt_audience": "hub",
        "jwt_email_claim": "upn",
        "jwt_partner_claim": "org",
    }
    theirs: dict[str, Any] = {
        "iss": "https://id.example",
        "aud": ["other", "hub"],
        "upn": office.FULL,
        "org": office.PARTNER,
        "email": None,
        "partner": None,
    }
    async with served(database, data_dir, jwks_url=provider.url, **settings) as api:
        assert (await knock(api, signed(provider.keys[0], **theirs))).status_code == 200
        assert_refused(await knock(api, signed(provider.keys[0])))


async def test_a_new_key_is_fetched_once_when_a_token_names_it(
    database: str, data_dir: Path, provider: Provider
) -> None:
    old, new = elliptic(), elliptic()
    provider.keys = [old]
    async with served(database, data_dir, jwks_url=provider.url, jwks_pause_seconds=0.2) as api:
        assert (await knock(api, signed(old))).status_code == 200
        provider.keys = [new]
        await asyncio.sleep(0.25)
        assert (await knock(api, signed(new))).status_code == 200
        assert provider.fetches == 2
        assert_refused(await knock(api, signed(old)))


async def test_made_up_key_ids_cannot_drive_the_fetching(
    database: str, data_dir: Path, provider: Provider
) -> None:
    key = elliptic()
    provider.keys = [key]
    async with served(database, data_dir, jwks_url=provider.url) as api:
        assert (await knock(api, signed(key))).status_code == 200
        for _ in range(20):
            assert_refused(await knock(api, signed(elliptic())))
        assert provider.fetches == 1
        assert (await knock(api, signed(key))).status_code == 200


async def test_who_goes_away_leaves_the_fetching_to_the_others(
    database: str, data_dir: Path, provider: Provider
) -> None:
    """Or a stranger, who comes first and breaks off whenever keys are due, would keep everybody out."""
    key = elliptic()
    provider.keys, provider.seconds = [key], 0.5
    async with served(database, data_dir, jwks_url=provider.url) as api:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await knock(api, signed(elliptic()))
        assert (await knock(api, signed(key))).status_code == 200
        assert provider.fetches == 1


async def test_who_waits_for_keys_takes_nobodys_place(
    database: str, data_dir: Path, provider: Provider
) -> None:
    key = elliptic()
    provider.keys = [key]
    few: dict[str, Any] = {"jwks_pause_seconds": 0.02, "operations_at_once": 1}
    async with served(database, data_dir, jwks_url=provider.url, **few) as api:
        assert (await knock(api, signed(key))).status_code == 200
        provider.seconds = 2.0
        await asyncio.sleep(0.05)
        strangers = [asyncio.create_task(knock(api, signed(elliptic()))) for _ in range(3)]
        await asyncio.sleep(0.1)
        assert (await knock(api, signed(key))).status_code == 200
        assert not any(stranger.done() for stranger in strangers)
        for stranger in strangers:
            assert_refused(await stranger)


async def test_keys_that_come_drop_by_drop_are_waited_for_no_longer(
    database: str, data_dir: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks, "FETCH_SECONDS", 0.3)
    key = elliptic()
    provider.keys, provider.drip = [key], 0.1
    async with served(database, data_dir, jwks_url=provider.url) as api:
        started = time.monotonic()
        assert "Try again" in assert_refused(await knock(api, signed(key)))
        assert time.monotonic() - started < 2


async def test_a_withdrawn_key_is_good_until_the_time_to_live_ends(
    database: str, data_dir: Path, provider: Provider
) -> None:
    key = elliptic()
    provider.keys = [key]
    ttl: dict[str, Any] = {"jwks_ttl_seconds": 0.5, "jwks_pause_seconds": 0.1}
    async with served(database, data_dir, jwks_url=provider.url, **ttl) as api:
        assert (await knock(api, signed(key))).status_code == 200
        provider.keys = []
        assert (await knock(api, signed(key))).status_code == 200
        await asyncio.sleep(0.6)
        assert_refused(await knock(api, signed(key)))


@pytest.mark.parametrize("body", [None, b"[]", b'{"keys": 5}', b"<html>"])
async def test_the_last_keys_stay_good_while_the_provider_is_down(
    database: str, data_dir: Path, provider: Provider, body: bytes | None
) -> None:
    key = elliptic()
    provider.keys = [key]
    often: dict[str, Any] = {"jwks_ttl_seconds": 0.05, "jwks_pause_seconds": 0.02}
    async with served(database, data_dir, jwks_url=provider.url, **often) as api:
        assert (await knock(api, signed(key))).status_code == 200
        provider.body, provider.up = body, body is not None
        for _ in range(3):
            await asyncio.sleep(0.06)
            assert (await knock(api, signed(key))).status_code == 200
        assert provider.fetches > 1


async def test_a_provider_that_is_down_from_the_start_is_asked_again(
    database: str, data_dir: Path, provider: Provider
) -> None:
    key = elliptic()
    provider.keys, provider.up = [key], False
    async with served(database, data_dir, jwks_url=provider.url, jwks_pause_seconds=0.1) as api:
        assert "Try again" in assert_refused(await knock(api, signed(key)))
        provider.up = True
        await asyncio.sleep(0.15)
        assert (await knock(api, signed(key))).status_code == 200


async def test_a_key_of_an_unknown_kind_does_not_spoil_the_others(
    database: str, data_dir: Path, provider: Provider
) -> None:
    key = elliptic()
    odd = {"kty": "NEW", "kid": "odd"}
    provider.body = json.dumps({"keys": [odd, key.as_dict(private=False)]}).encode()
    async with served(database, data_dir, jwks_url=provider.url) as api:
        assert (await knock(api, signed(key))).status_code == 200


def test_the_command_prints_no_token_where_a_provider_does(database: str, tmp_path: Path) -> None:
    env = environment(database, tmp_path, PARTNERHUB_JWKS_URL="https://id.example/keys")
    done = command("token", office.FULL, env=env, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "identity provider" in done.stderr
