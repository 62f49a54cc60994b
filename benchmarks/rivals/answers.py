"""Five of the answers: lists of customers, the overview and the trend."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.rivals.asked import Asked, by
from kpis.distribution import Interval, buckets
from models.statement import bind

_OPERATIONS = Path(__file__).parents[1] / "operations"
_OVERVIEW = (_OPERATIONS / "overview_of_both_kept.sql").read_text()
_TREND = (_OPERATIONS / "trend.sql").read_text()
WEEKS = 26

_PLAIN = """
SELECT id, external_id, name, country, created_on FROM customers
WHERE partner_id = $1 AND NOT is_own_organization ORDER BY name, external_id LIMIT $2
"""


async def customers_plain(asked: Asked) -> Any:
    seal = asked.ids.seal
    nodes = [
        {
            "id": seal("Customer", row[0]),
            "customerId": row[1],
            "name": row[2],
            "country": row[3],
            "createdOn": row[4],
        }
        for row in await asked.rows(_PLAIN, 100)
    ]
    return {"customers": {"nodes": nodes}}


_TAGS = """
SELECT ct.customer_id, g.name FROM customer_tags ct JOIN tags g ON g.partner_id = $1 AND g.id = ct.tag_id
WHERE ct.partner_id = $1 AND ct.customer_id = ANY($2) ORDER BY g.name_key
"""
_SUBSCRIPTIONS = """
SELECT parent.id AS parent_id, s.* FROM unnest($2::bigint[]) AS parent(id) CROSS JOIN LATERAL (
    SELECT s.id, s.external_id, CASE WHEN s.end_date < $3 THEN 'EXPIRED' ELSE s.status END AS status,
           s.start_date, s.end_date, s.auto_renew
    FROM subscriptions s WHERE s.partner_id = $1 AND s.customer_id = parent.id
    ORDER BY {order} LIMIT {rows}
) s
"""
_BY_END = _SUBSCRIPTIONS.format(order="s.end_date, s.external_id", rows=10)
# In the order of the products' enumeration; a snapshot of a later day than today hardly exists, but it may.
_LINES = """
SELECT l.subscription_id, l.product, ls.total,
       CASE WHEN ls.snapshot_on <= $3 THEN ls.assigned ELSE coalesce(u.assigned, 0) END AS assigned,
       CASE WHEN ls.snapshot_on <= $3 THEN ls.used ELSE coalesce(u.used, 0) END AS used
FROM license_states ls JOIN licenses l ON l.partner_id = $1 AND l.id = ls.license_id
LEFT JOIN LATERAL (
    SELECT assigned, used FROM license_usage u WHERE ls.snapshot_on > $3 AND u.partner_id = $1
        AND u.license_id = ls.license_id AND u.date <= $3 ORDER BY u.date DESC LIMIT 1
) u ON true
WHERE ls.partner_id = $1 AND ls.customer_id = ANY($2) AND NOT ls.is_trial
ORDER BY array_position(ARRAY['MEETINGS', 'CALLING', 'MESSAGING', 'EVENTS', 'REAL_TIME_TRANSLATIONS', 'DEVICES',
    'CONTACT_CENTER'], l.product::text)
"""


async def customers_nested(asked: Asked) -> Any:
    seal = asked.ids.seal
    customers = await asked.rows(_PLAIN, 100)
    ids = [row[0] for row in customers]
    tagged, bought, lines = await asyncio.gather(
        asked.rows(_TAGS, ids), asked.rows(_BY_END, ids, asked.today), asked.rows(_LINES, ids, asked.today)
    )
    tags, subscriptions, licenses = (
        by(tagged, "customer_id"),
        by(bought, "parent_id"),
        by(lines, "subscription_id"),
    )
    nodes = [
        {
            "id": seal("Customer", customer[0]),
            "customerId": customer[1],
            "name": customer[2],
            "country": customer[3],
            "tags": [{"name": tag[1]} for tag in tags[customer[0]]],
            "subscriptions": {
                "nodes": [
                    {
                        "subscriptionId": row[2],
                        "status": row[3],
                        "startDate": row[4],
                        "endDate": row[5],
                        "autoRenew": row[6],
                        "licenses": [
                            {
                                "product": line[1],
                                "state": {"total": line[2], "assigned": line[3], "used": line[4]},
                            }
                            for line in licenses[row[1]]
                        ],
                    }
                    for row in subscriptions[customer[0]]
                ]
            },
        }
        for customer in customers
    ]
    return {"customers": {"nodes": nodes}}


_PAGE = """
SELECT id, external_id, name, country, managed_by, created_on FROM customers
WHERE partner_id = $1 AND NOT is_own_organization ORDER BY name, external_id LIMIT $2
"""
_BY_ID = _SUBSCRIPTIONS.format(order="s.external_id", rows=11)


async def customers_in_pages(asked: Asked) -> Any:
    seal, cursor = asked.ids.seal, asked.ids.seal_cursor
    found = await asked.rows(_PAGE, 1001)
    customers = found[:1000]
    bought = by(await asked.rows(_BY_ID, [row[0] for row in customers], asked.today), "parent_id")
    nodes = []
    for customer in customers:
        rows = bought[customer[0]]
        shown = rows[:10]
        end = cursor(["subscriptions by SUBSCRIPTION_ID ASC", shown[-1][2]]) if shown else None
        nodes.append(
            {
                "id": seal("Customer", customer[0]),
                "customerId": customer[1],
                "name": customer[2],
                "country": customer[3],
                "managedBy": customer[4],
                "createdOn": customer[5],
                "subscriptions": {
                    "nodes": [
                        {
                            "id": seal("Subscription", row[1]),
                            "subscriptionId": row[2],
                            "status": row[3],
                            "startDate": row[4],
                            "endDate": row[5],
                            "autoRenew": row[6],
                        }
                        for row in shown
                    ],
                    "pageInfo": {"hasNextPage": len(rows) > 10, "endCursor": end},
                },
            }
        )
    last = customers[-1]
    info = {
        "hasNextPage": len(found) > 1000,
        "endCursor": cursor(["customers by NAME ASC", last[2], last[1]]),
    }
    return {"customers": {"nodes": nodes, "pageInfo": info}}


async def overview_of_both(asked: Asked) -> Any:
    text, values = bind(
        _OVERVIEW, {"partner": asked.partner, "as_of": date.fromisoformat(asked.arguments["asOf"])}
    )
    [row] = await asked.pool.fetch(text, *values)
    return {"analytics": {"overview": dict(row)}}


async def trend(asked: Asked) -> Any:
    as_of = date.fromisoformat(asked.arguments["asOf"])
    days = [to for _, to in buckets(as_of, Interval.WEEK, WEEKS)]
    text, values = bind(_TREND, {"partner": asked.partner, "as_of": as_of, "days": days})
    points = [dict(row) for row in await asked.pool.fetch(text, *values)]
    return {"analytics": {"licenses": {"distributionTrend": points}}}
