"""What is looked up now and then rather than counted as it happens."""

import asyncio
import logging
import time
from collections import Counter

from resolvers.database import Database
from resolvers.row import Row
from resolvers.shared import Shared
from server import metrics
from server.service import Service

log = logging.getLogger("partnerhub.metrics")

SECONDS = 2.0
IMPORTS_SECONDS = 60.0
_IMPORTED = "SELECT min(usage_processed_at) AS oldest, max(usage_processed_at) AS newest FROM partners"


class Gauges:
    """This process's figures as they stand, put where a scrape of any process finds them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._hits = self._misses = 0
        self._left = Counter[str]()
        self._imports_at = float("-inf")

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        metrics.started()
        while True:
            self.look()
            await self._look_at_imports()
            await asyncio.sleep(SECONDS)

    def look(self) -> None:
        """Of the process itself: fast, so that a scrape may have it fresh."""
        service, documents = self._service, self._service.executor.documents
        pool = service.client._pool
        if pool is not None:
            shared = Shared.of(service.client)
            metrics.POOL.labels("idle").set(shared.idle)
            metrics.POOL.labels("in_use").set(pool.get_size() - shared.idle)
            metrics.POOL_WAITING.set(shared.waiting)
            metrics.POOL_MAXIMUM.set(pool.get_max_size())
        metrics.IN_FLIGHT.set(service.admission.running)
        metrics.WAITING.set(service.admission.waiting)
        metrics.DOCUMENTS.labels("hit").inc(documents.hits - self._hits)
        metrics.DOCUMENTS.labels("miss").inc(documents.misses - self._misses)
        self._hits, self._misses = documents.hits, documents.misses
        metrics.DOCUMENTS_KNOWN.set(len(documents))
        metrics.DOCUMENT_CHARACTERS.set(documents.characters)
        metrics.PLANS.set(documents.plans)
        if (compiled := service.executor.compiled) is not None:
            for why, count in compiled.left.items():
                metrics.LEFT.labels(why.replace(" ", "_")).inc(count - self._left[why])
            self._left = compiled.left.copy()

    async def _look_at_imports(self) -> None:
        if time.monotonic() - self._imports_at < IMPORTS_SECONDS:
            return
        self._imports_at = time.monotonic()
        try:
            (row,) = await Database(self._service.client).fetch(_IMPORTED, {}, Row)
        except Exception as error:  # a database that is away is told of elsewhere
            log.debug("the age of imports is not known: %s", type(error).__name__)
            return
        for which, moment in (("oldest", row["oldest"]), ("newest", row["newest"])):
            if moment is not None:
                metrics.IMPORTED.labels(which).set(moment.timestamp())
