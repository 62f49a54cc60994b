"""Values that exist on a served partner: what random operations ask for, so that most of them find something."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.server import Api

EVERYTHING = """{
    customers(first: 60) { nodes {
        id customerId name country
        subscriptions(first: 3) { nodes {
            id subscriptionId licenses { id } orders(first: 2) { nodes { id } } invoices(first: 2) { nodes { id } }
        } }
        trials(first: 2) { nodes { id licenses { id } } }
    } }
    tags(first: 20) { nodes { id name } }
    partnerAdmins(first: 40) { nodes { id displayName } }
    resources(first: 20) { nodes { id title } }
    helpDesks { service }
    auditEvents(first: 40) { nodes { id action targetName } }
    viewer { partner { id } }
}"""
PLAIN = {
    "TagConnection": "tags(first: 6) {edges}",
    "PartnerAdminConnection": "partnerAdmins(first: 8) {edges}",
    "ResourceConnection": "resources(first: 6) {edges}",
    "AuditEventConnection": "auditEvents(first: 6) {edges}",
    "OrderConnection": "subscriptions(first: 9) { nodes { orders(first: 3) {edges} } }",
    "InvoiceConnection": "subscriptions(first: 9) { nodes { invoices(first: 3) {edges} } }",
}
ORDERED = {
    "CustomerConnection": "customers(first: 8{order}) {edges}",
    "SubscriptionConnection": "subscriptions(first: 8{order}) {edges}",
    "TrialConnection": "trials(first: 8{order}) {edges}",
    "LicenseRowConnection": "analytics { licenses(product: CALLING) { renewing { rows(first: 8{order}) {edges} } } }",
    "CustomerCallingUsageConnection": "analytics { calling { usage { customers(first: 8{order}) {edges} } } }",
    "CustomerCallQualityConnection": "analytics { calling { quality { customers(first: 8{order}) {edges} } } }",
    "CustomerCallQueueConnection": "analytics { calling { queues { customers(first: 8{order}) {edges} } } }",
}
Ordered = tuple[str, Any, Any]
"""A connection's type, what its list is ordered by, and in which direction; None for what was not said."""


@dataclass
class Known:
    """What there is."""

    today: date
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By type."""
    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By the name of a field or argument."""
    cursors: dict[Ordered, list[str]] = field(default_factory=dict)

    @property
    def any_id(self) -> list[str]:
        return [id for ids in self.ids.values() for id in ids]

    @property
    def days(self) -> list[str]:
        return [
            (self.today + timedelta(n)).isoformat() for n in (-400, -90, -30, -8, -7, -1, 0, 0, 0, 30, 90)
        ]


async def look_around(api: Api, email: str, today: date, orders: dict[str, list[str]]) -> Known:
    """What an admin who sees everything finds. `orders` are the fields that each ordered list goes by."""
    known = Known(today)
    _gather(known, (await api.ask(email, EVERYTHING)).data)
    for connection, text in PLAIN.items():
        known.cursors[connection, None, None] = await _cursors(api, email, text)
    for connection, text in ORDERED.items():
        known.cursors[connection, None, None] = await _cursors(api, email, text.replace("{order}", ""))
        for name in orders[connection]:
            for direction in ("ASC", "DESC"):
                order = f", orderBy: {{field: {name}, direction: {direction}}}"
                found = await _cursors(api, email, text.replace("{order}", order))
                known.cursors[connection, name, direction] = found
                if direction == "ASC":
                    known.cursors[connection, name, None] = found
    return known


async def _cursors(api: Api, email: str, text: str) -> list[str]:
    data = (await api.ask(email, f"{{ {text.replace('{edges}', '{ edges { cursor } }')} }}")).data
    return _all(data, "cursor")


def _all(found: Any, name: str) -> list[str]:
    if isinstance(found, list):
        return [each for value in found for each in _all(value, name)]
    if isinstance(found, dict):
        own = [found[name]] if name in found else []
        return own + [each for value in found.values() for each in _all(value, name)]
    return []


def _gather(known: Known, data: Any) -> None:
    customers = data["customers"]["nodes"]
    subscriptions = [row for customer in customers for row in customer["subscriptions"]["nodes"]]
    trials = [row for customer in customers for row in customer["trials"]["nodes"]]
    rows = {
        "Customer": customers,
        "Subscription": subscriptions,
        "Trial": trials,
        "License": [line for row in (*subscriptions, *trials) for line in row["licenses"]],
        "Order": [order for row in subscriptions for order in row["orders"]["nodes"]],
        "Invoice": [invoice for row in subscriptions for invoice in row["invoices"]["nodes"]],
        "Tag": data["tags"]["nodes"],
        "PartnerAdmin": data["partnerAdmins"]["nodes"],
        "Resource": data["resources"]["nodes"],
        "AuditEvent": data["auditEvents"]["nodes"],
        "Partner": [data["viewer"]["partner"]],
    }
    for type_name, found in rows.items():
        known.ids[type_name] += [row["id"] for row in found]
    names = [
        *_all(customers, "name"),
        *_all(data["tags"], "name"),
        *_all(data["partnerAdmins"], "displayName"),
    ]
    words = [word for name in (*names, *_all(data["resources"], "title")) for word in name.split()]
    known.texts["search"] += [*words, *(word[:3] for word in words), *_all(subscriptions, "subscriptionId")]
    known.texts["customerId"] += _all(customers, "customerId")
    known.texts["tags"] += _all(data["tags"], "name")
    known.texts["countries"] += _all(customers, "country")
    known.texts["service"] += _all(data["helpDesks"], "service")
    known.texts["actions"] += _all(data["auditEvents"], "action")
