"""Requests as clients send them over HTTP, by a full admin."""

from urllib.parse import urlencode

import httpx

from tests import office
from tests.server import Api

JSON = "application/json"
RESPONSE = "application/graphql-response+json"


async def post(api: Api, content: str | bytes, **headers: str) -> httpx.Response:
    given = {"Content-Type": JSON, "Authorization": f"Bearer {api.token(office.FULL)}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return await api.client.post("/graphql", content=content, headers=given)


async def get(api: Api, parameters: dict[str, str], **headers: str) -> httpx.Response:
    given = {"Authorization": f"Bearer {api.token(office.FULL)}"} | headers
    return await api.client.get(f"/graphql?{urlencode(parameters)}", headers=given)


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return str(error["extensions"]["code"])
