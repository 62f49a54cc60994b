"""The roll-ups of call records by week and customer: what they are, how they are kept, how they are made anew.

Each is one statement over the records of a week, run for the customers whose records have changed or for all of
them: so what is kept and what is rebuilt can only be the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg

from kpis.call_quality import ANSWERED, QUALITIES
from kpis.covered_weeks import covered
from kpis.policy import Policy
from models.call_weeks import weeks_kept
from models.enums import CallingFeature, EndpointType
from models.statement import bind

MANY = 1000
"""From so many customers on, a week is rolled up as a whole rather than for each of them."""

_CUSTOMERS = "(:customers::bigint[] IS NULL OR {0}.customer_id IN (SELECT unnest(:customers::bigint[])))"
_RECORDS = f"calls c WHERE c.partner_id = :partner AND c.week = :week AND {_CUSTOMERS.format('c')}"


def quality_column(endpoint_type: EndpointType, quality: str) -> str:
    """The column of calling_endpoint_weeks that counts such calls."""
    return f"{endpoint_type.value.lower()}_{quality}"


def feature_column(feature: CallingFeature) -> str:
    """The column of calling_feature_weeks that counts the calls that used it."""
    return feature.value.lower()


_ENDPOINT_COLUMNS = {quality_column(t, quality): (t, quality) for t in EndpointType for quality in QUALITIES}
_FEATURE_COLUMNS = {feature_column(feature): feature for feature in CallingFeature}


@dataclass(frozen=True)
class RollUp:
    """What a table has beside the partner, the week and the customer, and the statement that gives its rows."""

    columns: tuple[str, ...]
    select: str


_COUNT_QUALITIES = ", ".join(f"count(*) FILTER (WHERE {sql}) AS {name}" for name, sql in QUALITIES.items())
_MOST_LOW, _MOST_MEDIUM = "(:usage_volume_limits::int[])[1]", "(:usage_volume_limits::int[])[2]"
_CALLED = {
    "calls": "sum(calls)",
    "seconds": "sum(seconds)",
    "low_users": f"count(*) FILTER (WHERE calls <= {_MOST_LOW})",
    "medium_users": f"count(*) FILTER (WHERE calls > {_MOST_LOW} AND calls <= {_MOST_MEDIUM})",
    "high_users": f"count(*) FILTER (WHERE calls > {_MOST_MEDIUM})",
    **{quality: f"sum({quality})" for quality in QUALITIES},
}
_WEEKS = RollUp(
    (*_CALLED, "licensed"),
    f"""
    SELECT :partner::bigint, :week::date, customer_id, {
        ", ".join(f"coalesce({column}, 0)" for column in _CALLED)
    }, licensed
    FROM (
        SELECT customer_id, {", ".join(f"{sql} AS {column}" for column, sql in _CALLED.items())}
        FROM (SELECT c.customer_id, c.user_id, count(*) AS calls, sum(c.duration_seconds) AS seconds, {
        _COUNT_QUALITIES
    }
              FROM {_RECORDS} GROUP BY c.customer_id, c.user_id) of_user
        GROUP BY customer_id
    ) called FULL JOIN covered_customers USING (customer_id)
    ORDER BY customer_id
    """,
)
_ENDPOINTS = RollUp(
    tuple(_ENDPOINT_COLUMNS),
    f"""
    SELECT :partner::bigint, :week::date, customer_id, {
        ", ".join(
            f"coalesce(sum({quality}) FILTER (WHERE endpoint_type = '{type}'), 0)"
            for type, quality in _ENDPOINT_COLUMNS.values()
        )
    }
    FROM (SELECT c.customer_id, c.endpoint_type, {_COUNT_QUALITIES}
          FROM {_RECORDS} AND {ANSWERED} AND c.endpoint_type IS NOT NULL
          GROUP BY c.customer_id, c.endpoint_type) of_type
    GROUP BY customer_id ORDER BY customer_id
    """,
)
_FEATURES = RollUp(
    tuple(_FEATURE_COLUMNS),
    f"""
    SELECT :partner::bigint, :week::date, customer_id, {
        ", ".join(
            f"coalesce(sum(calls) FILTER (WHERE '{feature}' = ANY (features)), 0)"
            for feature in _FEATURE_COLUMNS.values()
        )
    }
    FROM (SELECT c.customer_id, c.features, count(*) AS calls, count(c.queue) AS queued
          FROM {_RECORDS} AND (c.queue IS NOT NULL OR c.features <> '{{}}')
          GROUP BY c.customer_id, c.features) of_features
    GROUP BY customer_id HAVING sum(queued) > 0 ORDER BY customer_id
    """,
)
_ANSWER = "c.queue_outcome IN ('ANSWERED', 'OVERFLOWED')"
_ABANDON = "c.queue_outcome = 'ABANDONED'"


def _waits(where: str) -> str:
    """The sum is exact, so that it does not depend on the order of the records."""
    waits = f"FILTER (WHERE {where} AND c.queue_wait_seconds IS NOT NULL)"
    return f"count(*) {waits}, coalesce(sum(c.queue_wait_seconds::numeric) FILTER (WHERE {where}), 0)::float8"


_QUEUES = RollUp(
    (
        "queue",
        "calls",
        "answered",
        "overflowed",
        "abandoned",
        "answer_waits",
        "answer_seconds",
        "abandon_waits",
        "abandon_seconds",
    ),
    f"""
    SELECT :partner::bigint, :week::date, c.customer_id, c.queue, count(*),
           count(*) FILTER (WHERE c.queue_outcome = 'ANSWERED'),
           count(*) FILTER (WHERE c.queue_outcome = 'OVERFLOWED'),
           count(*) FILTER (WHERE {_ABANDON}), {_waits(_ANSWER)}, {_waits(_ABANDON)}
    FROM {_RECORDS} AND c.queue IS NOT NULL
    GROUP BY c.customer_id, c.queue ORDER BY c.customer_id, c.queue
    """,
)
ROLL_UPS = {
    "calling_weeks": _WEEKS,
    "calling_endpoint_weeks": _ENDPOINTS,
    "calling_feature_weeks": _FEATURES,
    "calling_queue_weeks": _QUEUES,
}

_COVERED = f"INSERT INTO covered_customers {covered(':week::date', _CUSTOMERS.format('ls'))}"
# Without calls a week is not kept: the rows of customers that it covers go too.
_FORGET = """
DELETE FROM calling_weeks WHERE partner_id = :partner AND week = :week
AND NOT EXISTS (SELECT FROM calling_weeks k WHERE k.partner_id = :partner AND k.week = :week AND k.calls > 0)
"""
_LEFT = """
INSERT INTO changing_weeks (week, customer_id)
SELECT DISTINCT c.week, c.customer_id FROM calls c JOIN ({known}) s ON s.external_id = c.external_id
WHERE c.partner_id = :partner
"""
_IS_ROLLED_UP = "SELECT EXISTS (SELECT FROM calling_weeks WHERE partner_id = $1 AND week = $2)"
_IS_RECORDED = "SELECT EXISTS (SELECT FROM calls WHERE partner_id = $1 AND week = $2)"


_WEEKS_ROLLED_UP = """
WITH RECURSIVE found (week) AS (
    SELECT min(week) FROM calling_weeks WHERE partner_id = $1
    UNION ALL
    SELECT (SELECT min(w.week) FROM calling_weeks w WHERE w.partner_id = $1 AND w.week > found.week)
    FROM found WHERE found.week IS NOT NULL
)
SELECT week FROM found WHERE week IS NOT NULL
"""


async def weeks_rolled_up(connection: asyncpg.Connection, partner_id: int) -> list[date]:
    """The weeks that there are roll-ups of, found by a look-up each."""
    return [row["week"] for row in await connection.fetch(_WEEKS_ROLLED_UP, partner_id)]


class ChangingWeeks:
    """Call records of a partner that change in this transaction, and the weeks of customers that they touch."""

    def __init__(self, connection: asyncpg.Connection, partner_id: int, policy: Policy) -> None:
        self._connection = connection
        self._partner_id = partner_id
        self._policy = policy
        self._new_weeks: set[date] = set()

    async def begin(self) -> None:
        await self._connection.execute(
            "CREATE TEMP TABLE changing_weeks (week date, customer_id bigint) ON COMMIT DROP;"
            "CREATE TEMP TABLE covered_customers (week date, customer_id bigint, licensed bigint) ON COMMIT DROP"
        )

    async def expect(self, stage: str, known: str, new_weeks: Iterable[date]) -> int:
        """The records of the table `stage` are about to come in, of which `known` selects those that replace others,
        and more records of `new_weeks`, which are rolled up as a whole.

        Records of closed weeks are left out, since their weeks' other records are dropped; returns how many.
        """
        self._new_weeks.update(new_weeks)
        await self._connection.execute(
            f"CREATE TEMP TABLE coming_weeks ON COMMIT DROP AS SELECT DISTINCT week, customer_id FROM {stage}"
        )
        weeks = [
            row["week"] for row in await self._connection.fetch("SELECT DISTINCT week FROM coming_weeks")
        ]
        left_out = 0
        if closed := [week for week in weeks if await self._is_closed(week)]:
            for table in ("coming_weeks", stage):
                status = await self._connection.execute(
                    f"DELETE FROM {table} WHERE week = ANY($1::date[])", closed
                )
            left_out = int(status.rpartition(" ")[2])
        await self._connection.execute(
            "INSERT INTO changing_weeks (week, customer_id) SELECT * FROM coming_weeks; DROP TABLE coming_weeks"
        )
        await self._connection.execute("SET LOCAL enable_nestloop = on")  # a few records are best looked up
        await self._run(_LEFT.format(known=known))
        await self._connection.execute("SET LOCAL enable_nestloop = off")
        return left_out

    async def finish(self) -> None:
        """Roll up what the named records touch."""
        touched = await self._connection.fetch(
            "SELECT week, array_agg(DISTINCT customer_id) AS customers FROM changing_weeks GROUP BY week ORDER BY week"
        )
        few = {week: customers for week, customers in touched if len(customers) < MANY}
        for week in sorted({week for week, _ in touched} | self._new_weeks):
            as_a_whole = week in self._new_weeks or not await self._is_rolled_up(week)
            await self.roll_up(week, None if as_a_whole else few.get(week))
        await self._connection.execute("DROP TABLE changing_weeks, covered_customers")

    async def roll_up(self, week: date, customers: Sequence[int] | None) -> None:
        """Roll up a week of these customers, or of all."""
        await self._connection.execute("DELETE FROM covered_customers")
        await self._run(_COVERED, week=week, customers=customers)
        # In the order of the key, records of weeks not yet counted would be fetched from all over their table.
        await self._connection.execute("ANALYZE covered_customers; SET LOCAL enable_indexscan = off")
        for table, roll_up in ROLL_UPS.items():
            of = _CUSTOMERS.format(table)
            await self._run(
                f"DELETE FROM {table} WHERE partner_id = :partner AND week = :week AND {of}",
                week=week,
                customers=customers,
            )
            names = ", ".join(("partner_id", "week", "customer_id", *roll_up.columns))
            if customers is None:  # PostgreSQL puts several processes to making a table, but not to an INSERT
                await self._run(
                    f"CREATE TEMP TABLE rolled_up ({names}) ON COMMIT DROP AS {roll_up.select}",
                    week=week,
                    customers=None,
                )
                await self._connection.execute(
                    f"INSERT INTO {table} ({names}) SELECT * FROM rolled_up; DROP TABLE rolled_up"
                )
            else:
                await self._run(
                    f"INSERT INTO {table} ({names}) {roll_up.select}", week=week, customers=customers
                )
        await self._connection.execute("SET LOCAL enable_indexscan = on")
        await self._run(_FORGET, week=week)

    async def rebuild(self) -> None:
        """Roll up anew every week that the partner has records of: of others there are only the roll-ups."""
        await self.begin()
        for week in await weeks_kept(self._connection):
            if await self._is_recorded(week):
                await self.roll_up(week, None)
        await self.finish()

    async def _is_closed(self, week: date) -> bool:
        """Whether the partner's records of the week were rolled up and dropped since."""
        return await self._is_rolled_up(week) and not await self._is_recorded(week)

    async def _is_rolled_up(self, week: date) -> bool:
        return bool(await self._connection.fetchval(_IS_ROLLED_UP, self._partner_id, week))

    async def _is_recorded(self, week: date) -> bool:
        return bool(await self._connection.fetchval(_IS_RECORDED, self._partner_id, week))

    async def _run(self, sql: str, **values: Any) -> None:
        policy = self._policy
        thresholds = {
            "good_call_packet_loss_percent": policy.good_call_packet_loss_percent,
            "good_call_latency_ms": policy.good_call_latency_ms,
            "good_call_jitter_ms": policy.good_call_jitter_ms,
            "usage_volume_limits": list(policy.usage_volume_limits),
        }
        text, arguments = bind(sql, {"partner": self._partner_id} | thresholds | values)
        await self._connection.execute(text, *arguments)
