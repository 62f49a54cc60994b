"""What one process serves with: settings, database, keys, executor and events."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tortoise.backends.asyncpg.client import AsyncpgDBClient

from resolvers.context import Context, Limits
from resolvers.database import Database
from resolvers.ids import GlobalIds
from resolvers.memory import Memory
from resolvers.row import Row
from resolvers.viewer import Permission, find_viewer
from server import metrics, record
from server.admission import Admission, Place
from server.execution import Executor
from server.introspection import Introspection
from server.jwks import ProviderKeys
from server.keys import LocalKeys
from server.limits import Maxima
from server.listener import Listener
from server.persisted import Persisted
from server.rate import Buckets, Rates
from server.settings import Settings
from server.timers import Timers, Within
from server.tokens import Identity, Keys, Verifier

log = logging.getLogger("partnerhub.documents")


@dataclass
class Service:
    """Made once a process, in the application's lifespan."""

    settings: Settings
    client: AsyncpgDBClient
    ids: GlobalIds
    verifier: Verifier
    executor: Executor
    listener: Listener
    memory: Memory
    admission: Admission
    persisted: Persisted
    timers: Timers
    clock: Callable[[], date]

    def __post_init__(self) -> None:
        self._limits = {analyst: _limits(self.settings, analyst=analyst) for analyst in (False, True)}

    def turn(self) -> Place:
        """A place among the operations that run at once. Raises Overloaded when there is none in time."""
        return self.admission.entered(self.settings.request_timeout_seconds)

    async def authenticate(self, authorization: str | None) -> Context:
        """A context for whom the token names, of what streams. Raises Unauthenticated."""
        return await self.context(await self.verifier.identity(authorization), self.database())

    def database(self) -> Database:
        """The database for one request, or for a part of what streams."""
        return Database(self.client, self.settings.database_wait_seconds)

    async def context(self, identity: Identity, database: Database) -> Context:
        """A request's context, for whom its token names. Raises Unauthenticated."""
        settings = self.settings
        async with Within(self.timers, settings.request_timeout_seconds):
            viewer = await find_viewer(database, identity.partner, identity.email)
        record.now().asked_by(viewer, database, identity.email if settings.log_emails else None)
        return Context(
            database=database,
            viewer=viewer,
            ids=self.ids,
            policy=settings.policy,
            limits=self._limits[Permission.VIEW_ANALYTICS in viewer.permissions],
            launch_url=settings.launch_url,
            clock=self.clock,
            events=self.listener,
            data_version=viewer.data_version,
            remembered=self.memory,
            expires_at=identity.expires_at,
        )


def _limits(settings: Settings, *, analyst: bool) -> Limits:
    """How long a viewer's pages may be."""
    longest = settings.maximum_page_size
    if analyst:
        longest = max(longest, settings.analyst_page_size)
    return Limits(min(settings.default_page_size, longest), longest)


def _rates(settings: Settings) -> Rates:
    """The buckets of one process. Requests go to any of the workers, so each has an equal share."""
    workers = settings.workers
    return Rates(
        Buckets(settings.admin_cost_capacity / workers, settings.admin_cost_per_second / workers),
        Buckets(settings.partner_cost_capacity / workers, settings.partner_cost_per_second / workers),
    )


async def build_service(
    settings: Settings,
    client: AsyncpgDBClient,
    clock: Callable[[], date],
    trusted: dict[str, str] | None = None,
) -> Service:
    """The service; `trusted` are the documents of the manifest, where there is one."""
    keys: Keys
    if settings.jwks_url:
        keys = ProviderKeys(settings.jwks_url, settings.jwks_ttl_seconds, settings.jwks_pause_seconds)
    else:
        keys = LocalKeys(settings.data_dir)
    rows = await Database(client).fetch("SELECT id_key FROM installation", {}, Row)
    maxima = Maxima(
        settings.maximum_depth,
        settings.maximum_fields,
        settings.maximum_aliases,
        settings.maximum_directives,
    )
    timers = Timers()
    executor = Executor(
        maxima,
        _rates(settings),
        tokens=settings.maximum_tokens,
        errors=settings.maximum_errors,
        cost=settings.maximum_cost,
        timeout_seconds=settings.request_timeout_seconds,
        at_once=settings.operations_at_once,
        timers=timers,
        compiled=settings.executor == "compiled",
        introspection=Introspection(settings.introspection),
    )
    for name, text in (trusted or {}).items():
        if errors := executor.problems(text):
            log.warning("the trusted document %s cannot be run: %s", name, errors[0].message)
    return Service(
        settings=settings,
        client=client,
        ids=GlobalIds(rows[0]["id_key"]),
        verifier=Verifier(settings, keys),
        executor=executor,
        listener=Listener(client),
        memory=Memory(settings.remembered_values, metrics.remembered),
        admission=Admission(settings.operations_at_once, settings.operations_waiting),
        persisted=Persisted(trusted, settings.ad_hoc_roles, settings.registered_documents),
        timers=timers,
        clock=clock,
    )
