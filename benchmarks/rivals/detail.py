"""One customer with everything. Its rows are few, so they are all fetched at once and put together here."""

import asyncio
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from asyncpg import Record as Row

from benchmarks.rivals.asked import Asked, by
from kpis.policy import Policy
from models.enums import Product

_POLICY = Policy()
_FIRST, _FEW = 10, 5
Line = dict[str, Any]

_OF = "(SELECT id FROM customers WHERE partner_id = $1 AND external_id = $2)"
_CUSTOMER = """
SELECT id, external_id, name, managed_by, country, industry, created_on, last_admin_sign_in_at, suspended
FROM customers WHERE partner_id = $1 AND external_id = $2
"""
_TAGS = f"""
SELECT g.name, g.description FROM customer_tags ct JOIN tags g ON g.partner_id = $1 AND g.id = ct.tag_id
WHERE ct.partner_id = $1 AND ct.customer_id = {_OF} ORDER BY g.name_key
"""
_ADMINS = f"""
SELECT a.display_name, a.email, a.roles FROM admin_assignments aa
JOIN partner_admins a ON a.partner_id = $1 AND a.id = aa.admin_id
WHERE aa.partner_id = $1 AND aa.customer_id = {_OF} ORDER BY a.display_name, a.email_key
"""
_SUBSCRIPTIONS = f"""
SELECT id, external_id, status, start_date, end_date, auto_renew FROM subscriptions
WHERE partner_id = $1 AND customer_id = {_OF} ORDER BY end_date, external_id
"""
_TRIALS = f"""
SELECT t.id, t.external_id, t.status, t.start_date, t.end_date, a.display_name AS started_by FROM trials t
LEFT JOIN partner_admins a ON a.partner_id = $1 AND a.id = t.started_by_id
WHERE t.partner_id = $1 AND t.customer_id = {_OF} ORDER BY t.end_date, t.external_id
"""
_LINES = f"""
SELECT l.subscription_id, l.trial_id, l.product, ls.is_trial,
       ls.active AND ls.start_date <= $3 AND ls.end_date >= $3 AS in_force, ls.total,
       CASE WHEN ls.snapshot_on <= $3 THEN ls.assigned ELSE coalesce(u.assigned, 0) END AS assigned,
       CASE WHEN ls.snapshot_on <= $3 THEN ls.used ELSE coalesce(u.used, 0) END AS used,
       CASE WHEN ls.snapshot_on <= $3 THEN ls.used_last_90_days ELSE coalesce(u.used_last_90_days, 0) END
           AS used_last_90_days
FROM license_states ls JOIN licenses l ON l.partner_id = $1 AND l.id = ls.license_id
LEFT JOIN LATERAL (
    SELECT * FROM license_usage u WHERE ls.snapshot_on > $3 AND u.partner_id = $1
        AND u.license_id = ls.license_id AND u.date <= $3 ORDER BY u.date DESC LIMIT 1
) u ON true
WHERE ls.partner_id = $1 AND ls.customer_id = {_OF}
"""
_EACH = f"""
SELECT s.id AS parent_id, b.* FROM subscriptions s CROSS JOIN LATERAL (
    SELECT {{columns}} FROM {{table}} b WHERE b.partner_id = $1 AND b.subscription_id = s.id
    ORDER BY b.{{day}} DESC, b.external_id LIMIT {_FEW}
) b WHERE s.partner_id = $1 AND s.customer_id = {_OF}
"""
_ORDERS = _EACH.format(
    table="orders",
    day="ordered_on",
    columns="external_id, ordered_on, type, product, quantity, amount, currency",
)
_INVOICES = _EACH.format(
    table="invoices", day="issued_on", columns="number, issued_on, due_on, status, amount, currency"
)
_RANK = {product.value: n for n, product in enumerate(Product)}


async def customer_detail(asked: Asked) -> Any:
    key, today = asked.arguments["customerId"], asked.today
    found, tags, admins, subscriptions, trials, lines, ordered, invoiced = await asyncio.gather(
        asked.rows(_CUSTOMER, key),
        asked.rows(_TAGS, key),
        asked.rows(_ADMINS, key),
        asked.rows(_SUBSCRIPTIONS, key),
        asked.rows(_TRIALS, key),
        asked.rows(_LINES, key, today),
        asked.rows(_ORDERS, key),
        asked.rows(_INVOICES, key),
    )
    if not found:
        return {"customer": None}
    [customer] = found
    in_force = [line for line in lines if line["in_force"]]
    ends, renews = _dates(subscriptions, trials, today)
    orders, invoices = by(ordered, "parent_id"), by(invoiced, "parent_id")
    of_subscription, of_trial = by(lines, "subscription_id"), by(lines, "trial_id")
    return {
        "customer": {
            "id": asked.ids.seal("Customer", customer["id"]),
            "customerId": customer["external_id"],
            "name": customer["name"],
            "managedBy": customer["managed_by"],
            "country": customer["country"],
            "industry": customer["industry"],
            "createdOn": customer["created_on"],
            "lastAdminSignInAt": customer["last_admin_sign_in_at"],
            "launchUrl": asked.launch_url.format(id=quote(customer["external_id"], safe="")),
            "statuses": _statuses(customer, subscriptions, trials, in_force, today),
            "products": sorted({line["product"] for line in in_force}, key=_RANK.__getitem__),
            "nextExpirationOn": min(ends, default=None),
            "nextRenewalOn": min(renews, default=None),
            "tags": [{"name": tag["name"], "description": tag["description"]} for tag in tags],
            "partnerAdmins": [
                {"displayName": admin["display_name"], "email": admin["email"], "roles": admin["roles"]}
                for admin in admins
            ],
            "licenses": _state(in_force, today),
            "subscriptions": {
                "totalCount": len(subscriptions),
                "nodes": [
                    _subscription(
                        row, of_subscription[row["id"]], orders[row["id"]], invoices[row["id"]], today
                    )
                    for row in subscriptions[:_FIRST]
                ],
            },
            "trials": {
                "totalCount": len(trials),
                "nodes": [_trial(row, of_trial[row["id"]], today) for row in trials[:_FIRST]],
            },
        }
    }


def _lasts(row: Row, today: date) -> bool:
    return bool(row["status"] == "ACTIVE" and row["start_date"] <= today <= row["end_date"])


def _dates(subscriptions: list[Row], trials: list[Row], today: date) -> tuple[list[date], list[date]]:
    """When entitlements in force run out, and when they renew by themselves."""
    bought = [row for row in subscriptions if _lasts(row, today)]
    ends = [row["end_date"] for row in bought if not row["auto_renew"]]
    ends += [row["end_date"] for row in trials if _lasts(row, today)]
    return ends, [row["end_date"] for row in bought if row["auto_renew"]]


def _statuses(
    customer: Row, subscriptions: list[Row], trials: list[Row], in_force: list[Row], today: date
) -> list[str]:
    lasting = [row for row in subscriptions if row["end_date"] >= today]
    bought = [row for row in lasting if _lasts(row, today)]
    tried = [row for row in trials if _lasts(row, today)]
    soon = today + timedelta(_POLICY.expiring_soon_days)
    ending = [*tried, *(row for row in bought if not row["auto_renew"])]
    seen = customer["last_admin_sign_in_at"]
    rules = {
        "SUSPENDED": customer["suspended"] or any(row["status"] == "SUSPENDED" for row in lasting),
        "EXPIRED": not tried and all(row["status"] == "CANCELLED" for row in lasting),
        "LICENSE_OVERAGE": any(line["assigned"] > line["total"] for line in in_force if not line["is_trial"]),
        "EXPIRING_SOON": any(row["end_date"] <= soon for row in ending),
        "ORDER_READY_FOR_SETUP": any(
            row["status"] == "PENDING_SETUP" or (row["status"] == "ACTIVE" and row["start_date"] > today)
            for row in lasting
        ),
        "NO_RECENT_ACTIVITY": not seen or (today - seen.date()).days > _POLICY.no_recent_activity_days,
        "TRIAL": bool(tried),
        "SUBSCRIPTION": bool(bought),
    }
    return [status for status, applies in rules.items() if applies]


def _state(lines: list[Row], today: date) -> dict[str, Any]:
    total = sum(line["total"] for line in lines)
    assigned = sum(line["assigned"] for line in lines)
    used = sum(line["used"] for line in lines)
    return {
        "asOf": today,
        "total": total,
        "assigned": assigned,
        "used": used,
        "available": sum(max(line["total"] - line["assigned"], 0) for line in lines),
        "overage": sum(max(line["assigned"] - line["total"], 0) for line in lines),
        "usedLast90Days": sum(line["used_last_90_days"] for line in lines),
        "assignmentRate": assigned / total if total else None,
        "usageRate": used / total if total else None,
        "usageOfAssignedRate": used / assigned if assigned else None,
    }


def _licenses(lines: list[Row], today: date) -> list[Line]:
    lines.sort(key=lambda line: _RANK[line["product"]])
    return [{"product": line["product"], "state": _state([line], today)} for line in lines]


def _amount(row: Row) -> dict[str, str]:
    return {"amount": str(row["amount"]), "currency": row["currency"]}


def _subscription(
    row: Row, lines: list[Row], orders: list[Row], invoices: list[Row], today: date
) -> dict[str, Any]:
    renews, end = row["auto_renew"], row["end_date"]
    return {
        "subscriptionId": row["external_id"],
        "status": "EXPIRED" if end < today else row["status"],
        "startDate": row["start_date"],
        "endDate": end,
        "autoRenew": renews,
        "renewsOn": end if renews else None,
        "daysUntilExpiration": None if renews else (end - today).days,
        "daysUntilRenewal": (end - today).days if renews else None,
        "licenses": _licenses(lines, today),
        "orders": {
            "nodes": [
                {
                    "orderId": order["external_id"],
                    "orderedOn": order["ordered_on"],
                    "type": order["type"],
                    "product": order["product"],
                    "quantity": order["quantity"],
                    "amount": _amount(order),
                }
                for order in orders
            ]
        },
        "invoices": {
            "nodes": [
                {
                    "number": invoice["number"],
                    "issuedOn": invoice["issued_on"],
                    "dueOn": invoice["due_on"],
                    "status": invoice["status"],
                    "amount": _amount(invoice),
                }
                for invoice in invoices
            ]
        },
    }


def _trial(row: Row, lines: list[Row], today: date) -> dict[str, Any]:
    expired = row["status"] == "ACTIVE" and row["end_date"] < today
    return {
        "trialId": row["external_id"],
        "status": "EXPIRED" if expired else row["status"],
        "startDate": row["start_date"],
        "endDate": row["end_date"],
        "daysUntilExpiration": (row["end_date"] - today).days,
        "startedBy": {"displayName": row["started_by"]} if row["started_by"] else None,
        "licenses": _licenses(lines, today),
    }
