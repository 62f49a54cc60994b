"""Calling analytics side by side: quality by endpoint type, and use by feature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from kpis.call_quality import QUALITIES
from kpis.calling_weeks import feature_column, quality_column
from models.call_weeks import WEEK
from models.enums import CallingFeature, EndpointType
from resolvers.calling import CallingCustomers, covered
from resolvers.context import Arguments, Columns, Context
from resolvers.remembered import Remembered
from resolvers.row import Row
from resolvers.scope import visible

_QUALITY_SUMS = ", ".join(
    f"coalesce(sum(ce.{column}), 0)::bigint AS {column}"
    for column in (quality_column(type, quality) for type in EndpointType for quality in QUALITIES)
)
_FEATURE_SUMS = ", ".join(
    f"sum(cf.{column})::bigint AS {column}_calls, count(*) FILTER (WHERE cf.{column} > 0) AS {column}_customers"
    for column in map(feature_column, CallingFeature)
)
_NO_FEATURES: Mapping[str, int] = {
    f"{feature_column(feature)}_{what}": 0 for feature in CallingFeature for what in ("calls", "customers")
}


@dataclass(frozen=True)
class EndpointQuality:
    """The quality of each endpoint type's calls in a week, over the customers of each analysis."""

    async def load(
        self, context: Context, parents: Sequence[CallingCustomers], arguments: Arguments, _columns: Columns
    ) -> list[list[SimpleNamespace]]:
        week: date = dict(arguments)["week"]
        return [await self._by_type(context, customers, week) for customers in parents]

    async def _by_type(
        self, context: Context, customers: CallingCustomers, week: date
    ) -> list[SimpleNamespace]:
        where = [
            "ce.partner_id = :partner",
            "ce.week = :week::date",
            covered("ce"),
            *customers.where(context, "ce.customer_id"),
        ]
        sql = f"SELECT {_QUALITY_SUMS} FROM calling_endpoint_weeks ce WHERE {' AND '.join(where)}"
        row = (await context.database.fetch(sql, customers.values(context) | {"week": week}, Row))[0]
        return [
            SimpleNamespace(endpoint_type=type, figures=_quality(week, row, type)) for type in EndpointType
        ]


def _quality(week: date, row: Row, endpoint_type: EndpointType) -> SimpleNamespace:
    good, poor, unknown = (row[quality_column(endpoint_type, quality)] for quality in QUALITIES)
    rate = poor / (good + poor) if good + poor else None
    return SimpleNamespace(week=week, good=good, poor=poor, unknown=unknown, poor_rate=rate)


def _features(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[SimpleNamespace]:
    found = []
    for feature in CallingFeature:
        column = feature_column(feature)
        calls = now[f"{column}_calls"]
        found.append(
            SimpleNamespace(
                feature=feature,
                calls=calls,
                customers=now[f"{column}_customers"],
                calls_change=calls - before[f"{column}_calls"],
            )
        )
    return found


@dataclass(frozen=True)
class FeatureUsage:
    """How often each feature was used in a week, and the week before, over the customers of each analysis."""

    async def load(
        self, context: Context, parents: Sequence[CallingCustomers], arguments: Arguments, _columns: Columns
    ) -> list[list[SimpleNamespace]]:
        week: date = dict(arguments)["week"]
        return [await self._of(context, customers, week) for customers in parents]

    async def _of(self, context: Context, customers: CallingCustomers, week: date) -> list[SimpleNamespace]:
        where = [
            "cf.partner_id = :partner",
            "cf.week = ANY(:weeks::date[])",
            covered("cf"),
            *customers.where(context, "cf.customer_id"),
        ]
        sql = (
            f"SELECT cf.week, {_FEATURE_SUMS} FROM calling_feature_weeks cf"
            f" WHERE {' AND '.join(where)} GROUP BY cf.week"
        )
        values = customers.values(context) | {"weeks": [week - WEEK, week]}
        found = {row["week"]: row for row in await context.database.fetch(sql, values, Row)}
        return _features(found.get(week, _NO_FEATURES), found.get(week - WEEK, _NO_FEATURES))


@dataclass(frozen=True)
class FeatureUsageOfCustomers:
    """The same of each parent, a customer."""

    async def load(
        self, context: Context, parents: Sequence[int], arguments: Arguments, _columns: Columns
    ) -> list[list[SimpleNamespace]]:
        week: date = dict(arguments)["week"]
        sql = (
            f"SELECT cf.customer_id, cf.week, {_FEATURE_SUMS} FROM calling_feature_weeks cf"
            " WHERE cf.partner_id = :partner AND cf.week = ANY(:weeks::date[])"
            f" AND cf.customer_id = ANY(:parents::bigint[]) AND {visible(context.viewer, 'cf.customer_id')}"
            f" AND {covered('cf')} GROUP BY cf.customer_id, cf.week"
        )
        values = context.parameters() | {
            "weeks": [week - WEEK, week],
            "parents": parents,
        }
        rows = await context.database.fetch(sql, values, Row)
        found = {(row["customer_id"], row["week"]): row for row in rows}
        return [
            _features(found.get((parent, week), _NO_FEATURES), found.get((parent, week - WEEK), _NO_FEATURES))
            for parent in parents
        ]


ENDPOINT_QUALITY = Remembered(EndpointQuality(), "calling endpoints", lambda found: 6 * len(found))
FEATURE_USAGE = Remembered(FeatureUsage(), "calling features", lambda found: 4 * len(found))
FEATURE_USAGE_OF_CUSTOMERS = FeatureUsageOfCustomers()
