"""One database served compiled and by graphql-core, and whether an operation is answered alike."""

import asyncio
import re
from dataclasses import dataclass

import orjson
import pytest
from graphql import GraphQLSchema
from httpx import Response

from tests.known import Known
from tests.random_operations import Request
from tests.reduction import smallest
from tests.server import Api

_TRIES = 10


def told(answer: Response) -> tuple[int, bytes]:
    """What is to be the same: every byte, but for what is left of a budget by now, and the order of errors.

    Errors are told as they come about, and fields that wait for the database fail in whatever order it answers.
    """
    body = re.sub(rb'"remaining":\d+', b'"remaining":0', answer.content)
    if body.startswith(b'{"errors":['):
        found = orjson.loads(body)
        body = orjson.dumps(found | {"errors": sorted(found["errors"], key=orjson.dumps)})
    return answer.status_code, body


@dataclass
class Ways:
    """The same database, served both ways."""

    compiled: Api
    core: Api
    known: Known
    schema: GraphQLSchema

    async def ask(self, email: str, request: Request) -> tuple[Response, Response]:
        return (await self._post(self.compiled, email, request), await self._post(self.core, email, request))

    async def differ(self, email: str, request: Request) -> bool:
        """Whether the answers tell the ways apart.

        Where several fields fail, graphql-core tells of the one that came first, which may be another one each time.
        So what it answered in place of the compiled executor differs only from all that it answers by itself.
        """
        one, other = await self.ask(email, request)
        left = one.headers.get("x-executor") == "graphql-core" and b'"errors"' in one.content
        answers, others = {told(one)}, {told(other)}
        for _ in range(_TRIES if left else 0):
            if answers & others:
                break
            one, other = await self.ask(email, request)
            answers.add(told(one))
            others.add(told(other))
        return not answers & others

    async def compare(self, email: str, request: Request) -> Response:
        """The answer, which is the same both ways. Else the smallest operation found that tells the ways apart."""
        one, other = await self.ask(email, request)
        assert other.headers.get("x-executor") in ("graphql-core", "none", None)
        if told(one) != told(other) and await self.differ(email, request):
            small = await smallest(request, lambda less: self.differ(email, less))
            one, other = await self.ask(email, small)
            pytest.fail(
                f"{email} asks\n{small.query}\n{small.variables} {small.operation_name}\n"
                f"compiled     {one.status_code} {one.text}\ngraphql-core {other.status_code} {other.text}"
            )
        return one

    @staticmethod
    async def _post(api: Api, email: str, request: Request) -> Response:
        body = {
            "query": request.query,
            "variables": request.variables,
            "operationName": request.operation_name,
        }
        headers = {"Authorization": f"Bearer {api.token(email)}"}
        try:
            return await api.client.post("/graphql", json=body, headers=headers)
        except (Exception, asyncio.CancelledError) as error:  # what escapes is an answer too, and no good one
            return Response(500, text=repr(error))
