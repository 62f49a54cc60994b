"""Documents sent by name: their names, and the ways of asking by them."""

import json
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import httpx

from tests import office
from tests.server import Api

QUERY = "query Named($n: Int) { customers(first: $n) { nodes { customerId } } }"
FOUND = {"customers": {"nodes": [{"customerId": "c000"}]}}
OTHER = "{ viewer { partner { name } } }"
JSON, RESPONSE = "application/json", "application/graphql-response+json"


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def persisted(text: str, version: int = 1) -> dict[str, Any]:
    return {"persistedQuery": {"version": version, "sha256Hash": digest(text)}}


async def post(api: Api, email: str = office.FULL, accept: str = JSON, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {api.token(email)}", "Accept": accept}
    return await api.client.post("/graphql", json=body, headers=headers)


async def get(api: Api, email: str = office.FULL, **parameters: Any) -> httpx.Response:
    texts = {name: v if isinstance(v, str) else json.dumps(v) for name, v in parameters.items()}
    headers = {"Authorization": f"Bearer {api.token(email)}"}
    return await api.client.get(f"/graphql?{urlencode(texts)}", headers=headers)


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    assert "data" not in response.json()
    return str(error["extensions"]["code"])
