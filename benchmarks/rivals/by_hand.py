"""The same answers written by hand: asyncpg, dicts and orjson behind Starlette, one handler an answer.

It does what any such handler has to: it verifies the token and looks the viewer up, then sends prepared statements
that read just what is answered. Connections go back to the pool as they are, since no statement leaves anything
behind in a session.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.rivals import answers, detail
from benchmarks.rivals.asked import Asked
from models.enums import ACCESS_TO_ALL_CUSTOMERS
from resolvers.errors import Unauthenticated
from resolvers.ids import GlobalIds
from server.keys import LocalKeys
from server.settings import load_settings
from server.tokens import Verifier

_VIEWER = """
SELECT p.id AS partner_id, a.roles FROM partners p JOIN partner_admins a ON a.partner_id = p.id
WHERE p.name = $1 AND a.email_key = $2 AND a.active
"""

Handler = Callable[[Asked], Awaitable[Any]]


async def _keep(_connection: asyncpg.Connection) -> None:
    """Leave the session as it is."""


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    settings = load_settings()
    async with asyncpg.create_pool(settings.database_url, min_size=10, max_size=10, reset=_keep) as pool:
        app.state.pool = pool
        app.state.ids = GlobalIds(await pool.fetchval("SELECT id_key FROM installation"))
        app.state.verifier = Verifier(settings, LocalKeys(settings.data_dir))
        app.state.launch_url = settings.launch_url
        yield


def _route(path: str, handler: Handler) -> Route:
    async def respond(request: Request) -> Response:
        state = request.app.state
        try:
            identity = await state.verifier.identity(request.headers.get("authorization"))
        except Unauthenticated:
            return Response(status_code=401)
        viewers = await state.pool.fetch(_VIEWER, identity.partner, identity.email.lower())
        if not viewers:
            return Response(status_code=401)
        [viewer] = viewers
        if not ACCESS_TO_ALL_CUSTOMERS.intersection(viewer["roles"]):
            return Response(status_code=403)  # these handlers are written for those who see every customer
        asked = Asked(state.pool, state.ids, viewer["partner_id"], request.query_params, state.launch_url)
        body = orjson.dumps({"data": await handler(asked)})
        return Response(body, media_type="application/json")

    return Route(path, respond)


app = Starlette(
    routes=[
        _route("/customers_plain", answers.customers_plain),
        _route("/customers_nested", answers.customers_nested),
        _route("/customer_detail", detail.customer_detail),
        _route("/customers_in_pages", answers.customers_in_pages),
        _route("/overview_of_both", answers.overview_of_both),
        _route("/trend", answers.trend),
    ],
    lifespan=_lifespan,
)
