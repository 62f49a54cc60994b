"""The import contract, written down for the demo's data: tables, references and values, and what breaks them."""

from collections.abc import Iterator
from datetime import date

import polars as pl

Tables = dict[str, pl.DataFrame]

TIME = pl.Datetime("us", "UTC")
MONEY = pl.Decimal(14, 2)
TEXT, WHOLE, DATE, FLAG, NUMBER = pl.String(), pl.Int64(), pl.Date(), pl.Boolean(), pl.Float64()

# The import contract: each table's key, then its columns in order; `?` may be empty.
CONTRACT: dict[str, tuple[list[str], dict[str, pl.DataType]]] = {
    "customers": (
        ["customer_id"],
        {
            "customer_id": TEXT,
            "name": TEXT,
            "managed_by": TEXT,
            "country": TEXT,
            "industry?": TEXT,
            "created_on": DATE,
            "last_admin_sign_in_at?": TIME,
            "suspended": FLAG,
        },
    ),
    "subscriptions": (
        ["subscription_id"],
        {
            "subscription_id": TEXT,
            "customer_id": TEXT,
            "status": TEXT,
            "added_on": DATE,
            "start_date": DATE,
            "end_date": DATE,
            "auto_renew": FLAG,
        },
    ),
    "trials": (
        ["trial_id"],
        {
            "trial_id": TEXT,
            "customer_id": TEXT,
            "status": TEXT,
            "added_on": DATE,
            "start_date": DATE,
            "end_date": DATE,
            "started_by?": TEXT,
        },
    ),
    "licenses": (
        ["subscription_id", "trial_id", "product"],
        {"subscription_id?": TEXT, "trial_id?": TEXT, "product": TEXT, "quantity": WHOLE},
    ),
    "license_usage": (
        ["subscription_id", "trial_id", "product", "date"],
        {
            "subscription_id?": TEXT,
            "trial_id?": TEXT,
            "product": TEXT,
            "date": DATE,
            "assigned": WHOLE,
            "used": WHOLE,
            "used_last_90_days": WHOLE,
        },
    ),
    "orders": (
        ["order_id"],
        {
            "order_id": TEXT,
            "subscription_id": TEXT,
            "ordered_on": DATE,
            "type": TEXT,
            "product": TEXT,
            "quantity": WHOLE,
            "amount": MONEY,
            "currency": TEXT,
        },
    ),
    "invoices": (
        ["invoice_id"],
        {
            "invoice_id": TEXT,
            "subscription_id": TEXT,
            "number": TEXT,
            "issued_on": DATE,
            "due_on": DATE,
            "amount": MONEY,
            "currency": TEXT,
            "status": TEXT,
            "document_url?": TEXT,
        },
    ),
    "partner_admins": (
        ["email"],
        {"email": TEXT, "display_name": TEXT, "roles": TEXT, "active": FLAG, "last_sign_in_at?": TIME},
    ),
    "admin_assignments": (["email", "customer_id"], {"email": TEXT, "customer_id": TEXT}),
    "tags": (["name"], {"name": TEXT, "description?": TEXT}),
    "customer_tags": (["customer_id", "tag"], {"customer_id": TEXT, "tag": TEXT}),
    "calls": (
        ["call_id"],
        {
            "call_id": TEXT,
            "customer_id": TEXT,
            "user_id": TEXT,
            "started_at": TIME,
            "duration_seconds": WHOLE,
            "direction": TEXT,
            "outcome": TEXT,
            "endpoint_type?": TEXT,
            "features?": TEXT,
            "packet_loss_percent?": NUMBER,
            "latency_ms?": WHOLE,
            "jitter_ms?": WHOLE,
            "queue?": TEXT,
            "queue_wait_seconds?": WHOLE,
            "queue_outcome?": TEXT,
        },
    ),
    "resources": (
        ["resource_id"],
        {
            "resource_id": TEXT,
            "title": TEXT,
            "summary": TEXT,
            "url": TEXT,
            "kind": TEXT,
            "product?": TEXT,
            "language": TEXT,
            "quick_link": FLAG,
            "trending": FLAG,
            "tags?": TEXT,
        },
    ),
    "help_desks": (
        ["name"],
        {"name": TEXT, "service": TEXT, "email?": TEXT, "phone?": TEXT, "chat_url?": TEXT, "hours?": TEXT},
    ),
}
REFERENCES = [
    ("subscriptions", "customer_id", "customers", "customer_id"),
    ("trials", "customer_id", "customers", "customer_id"),
    ("trials", "started_by", "partner_admins", "email"),
    ("licenses", "subscription_id", "subscriptions", "subscription_id"),
    ("licenses", "trial_id", "trials", "trial_id"),
    ("orders", "subscription_id", "subscriptions", "subscription_id"),
    ("invoices", "subscription_id", "subscriptions", "subscription_id"),
    ("admin_assignments", "email", "partner_admins", "email"),
    ("admin_assignments", "customer_id", "customers", "customer_id"),
    ("customer_tags", "customer_id", "customers", "customer_id"),
    ("customer_tags", "tag", "tags", "name"),
    ("calls", "customer_id", "customers", "customer_id"),
]
PRODUCTS = "MEETINGS CALLING MESSAGING EVENTS REAL_TIME_TRANSLATIONS DEVICES CONTACT_CENTER"
ROLES = "PARTNER_FULL_ADMIN PARTNER_ADMIN PARTNER_READ_ONLY_ADMIN HELP_DESK_ADMIN"
FEATURES = (
    "CALL_QUEUE AUTO_ATTENDANT HUNT_GROUP CALL_PARK CALL_PICKUP CALL_FORWARD CALL_TRANSFER VOICEMAIL "
    "CALL_RECORDING PAGING_GROUP SINGLE_NUMBER_REACH"
)
# Every value is to occur at 500 customers, and no other at any size.
VALUES = {
    ("customers", "managed_by"): "EXTERNAL_ADMIN PARTNER_ORGANIZATION",
    ("subscriptions", "status"): "ACTIVE SUSPENDED PENDING_SETUP CANCELLED",
    ("trials", "status"): "ACTIVE CANCELLED CONVERTED",
    ("licenses", "product"): PRODUCTS,
    ("orders", "type"): "NEW CHANGE RENEWAL CANCEL",
    ("orders", "product"): PRODUCTS,
    ("invoices", "status"): "PAID DUE OVERDUE",
    ("partner_admins", "roles"): ROLES,
    ("calls", "direction"): "INBOUND OUTBOUND INTERNAL",
    ("calls", "outcome"): "ANSWERED UNANSWERED FAILED",
    ("calls", "endpoint_type"): "WXC_CLIENT WXC_DEVICE WXC_THIRD_PARTY TEAMS_WXC_CLIENT WXC_SIP_GW SIP",
    ("calls", "features"): FEATURES,
    ("calls", "queue_outcome"): "ANSWERED OVERFLOWED ABANDONED",
    ("resources", "kind"): "GUIDE VIDEO TRAINING TOOL ANNOUNCEMENT",
    ("resources", "product"): PRODUCTS,
}


def values(tables: Tables, table: str, column: str) -> set[str]:
    return set(tables[table][column].drop_nulls().str.split("|").explode())


def complaints(tables: Tables, today: date) -> Iterator[str]:
    """What an import would reject, in words."""
    for table, (key, columns) in CONTRACT.items():
        rows = tables[table]
        if dict(rows.schema) != {name.rstrip("?"): kind for name, kind in columns.items()}:
            yield f"{table}: {rows.schema}"
        yield from (
            f"{table}: {name} is empty" for name in columns if name[-1] != "?" and rows[name].has_nulls()
        )
        if rows.select(key).is_duplicated().any():
            yield f"{table}: {key} is not unique"
        numbers = rows.select(pl.col(pl.Int64, pl.Float64, MONEY))
        yield from (f"{table}: {n.name} is below zero" for n in numbers if (n.drop_nulls() < 0).any())
        texts = rows.select(pl.col(pl.String))
        yield from (f"{table}: {t.name} is blank" for t in texts if (t.str.strip_chars() == "").any())
    for table, column, other, its_column in REFERENCES:
        if unknown := set(tables[table][column].drop_nulls()) - set(tables[other][its_column]):
            yield f"{table}: {column} knows no {unknown}"
    for (table, column), allowed in VALUES.items():
        if strange := values(tables, table, column) - set(allowed.split()):
            yield f"{table}: {column} is {strange}"
    for table in ("subscriptions", "trials"):
        if (
            tables[table]
            .filter((pl.col("end_date") < pl.col("start_date")) | (pl.col("added_on") > today))
            .height
        ):
            yield f"{table}: ends before it starts, or was added in the future"
    for table in ("licenses", "license_usage"):
        if tables[table].filter(pl.col("subscription_id").is_null() == pl.col("trial_id").is_null()).height:
            yield f"{table}: not exactly one entitlement"
    line = ["subscription_id", "trial_id", "product"]
    if tables["license_usage"].join(tables["licenses"], on=line, how="anti", nulls_equal=True).height:
        yield "license_usage: no such line"
