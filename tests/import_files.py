"""A small set of rows that is right, folders that hold it, what imports say, and how a database looks from outside."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ingest import ImportFailed, run_import
from kpis.policy import Policy

Row = dict[str, str]
Files = dict[str, list[Row]]


def right_rows() -> Files:
    """Rows of every table, which a test may change as it likes."""
    return {
        "customers": [
            {
                "customer_id": "C1",
                "name": "Acme",
                "managed_by": "EXTERNAL_ADMIN",
                "country": "US",
                "industry": "",
                "created_on": "2025-01-31",
                "last_admin_sign_in_at": "2026-01-02T03:04:05Z",
                "suspended": "false",
            },
            {
                "customer_id": "C2",
                "name": "Zürich Süd",
                "managed_by": "PARTNER_ORGANIZATION",
                "country": "CH",
                "industry": "Education",
                "created_on": "2025-02-01",
                "last_admin_sign_in_at": "",
                "suspended": "true",
            },
        ],
        "subscriptions": [
            {
                "subscription_id": "S1",
                "customer_id": "C1",
                "status": "ACTIVE",
                "added_on": "2025-02-01",
                "start_date": "2025-02-02",
                "end_date": "2027-02-01",
                "auto_renew": "true",
            }
        ],
        "trials": [
            {
                "trial_id": "T1",
                "customer_id": "C2",
                "status": "ACTIVE",
                "added_on": "2026-01-01",
                "start_date": "2026-01-01",
                "end_date": "2026-01-31",
                "started_by": "Ann@Partner.example",
            }
        ],
        "licenses": [
            {"subscription_id": "S1", "trial_id": "", "product": "MEETINGS", "quantity": "10"},
            {"subscription_id": "", "trial_id": "T1", "product": "CALLING", "quantity": "5"},
        ],
        "license_usage": [
            {
                "subscription_id": "S1",
                "trial_id": "",
                "product": "MEETINGS",
                "date": "2026-01-01",
                "assigned": "8",
                "used": "6",
                "used_last_90_days": "7",
            },
            {
                "subscription_id": "",
                "trial_id": "T1",
                "product": "CALLING",
                "date": "2026-01-02",
                "assigned": "0",
                "used": "0",
                "used_last_90_days": "0",
            },
        ],
        "orders": [
            {
                "order_id": "O1",
                "subscription_id": "S1",
                "ordered_on": "2025-02-01",
                "type": "NEW",
                "product": "MEETINGS",
                "quantity": "10",
                "amount": "100.50",
                "currency": "EUR",
            }
        ],
        "invoices": [
            {
                "invoice_id": "I1",
                "subscription_id": "S1",
                "number": "2025-1",
                "issued_on": "2025-02-02",
                "due_on": "2025-03-02",
                "amount": "100.50",
                "currency": "EUR",
                "status": "PAID",
                "document_url": "https://invoices.example/1",
            }
        ],
        "partner_admins": [
            {
                "email": "ann@partner.example",
                "display_name": "Ann",
                "roles": "PARTNER_FULL_ADMIN|PARTNER_ADMIN",
                "active": "true",
                "last_sign_in_at": "",
            }
        ],
        "admin_assignments": [{"email": "ANN@partner.example", "customer_id": "C1"}],
        "tags": [{"name": "vip", "description": 'said "so",\nand so'}],
        "customer_tags": [{"customer_id": "C1", "tag": "VIP"}],
        "calls": [
            {
                "call_id": "K1",
                "customer_id": "C1",
                "user_id": "u1",
                "started_at": "2026-01-01T12:00:00.5+02:00",
                "duration_seconds": "60",
                "direction": "INBOUND",
                "outcome": "ANSWERED",
                "endpoint_type": "WXC_CLIENT",
                "features": "CALL_QUEUE|VOICEMAIL",
                "packet_loss_percent": "0.1",
                "latency_ms": "40",
                "jitter_ms": "5",
                "queue": "Sales",
                "queue_wait_seconds": "3",
                "queue_outcome": "ANSWERED",
            }
        ],
        "resources": [
            {
                "resource_id": "R1",
                "title": "Guide",
                "summary": "How to",
                "url": "https://resources.example/1",
                "kind": "GUIDE",
                "product": "",
                "language": "en",
                "quick_link": "true",
                "trending": "false",
                "tags": 'start|two words|a "quoted, one"',
            }
        ],
        "help_desks": [
            {
                "name": "Desk",
                "service": "Calling",
                "email": "help@desk.example",
                "phone": "",
                "chat_url": "",
                "hours": "",
            }
        ],
    }


def as_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def as_jsonl(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def folder_of(folder: Path, files: Files) -> Path:
    """A folder with a CSV file a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in files.items():
        as_csv(folder / f"{table}.csv", rows)
    return folder


async def contents(connection: asyncpg.Connection) -> dict[str, str]:
    """What the whole database holds: a checksum a table, over every column of every row."""
    tables = await connection.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
    )
    return {
        table: await connection.fetchval(
            f"SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table} t"
        )
        for (table,) in tables
    }


async def problems_of(
    db: asyncpg.Connection, path: Path, partner: str, policy: Policy | None = None
) -> list[str]:
    """What is said of files that are refused, having seen that they changed nothing."""
    before = await contents(db)
    with pytest.raises(ImportFailed) as failed:
        await run_import(db, path, partner=partner, policy=policy)
    assert await contents(db) == before
    result = failed.value.result
    assert result is not None
    assert not result.committed
    assert result.problem_count == len(result.problems)
    return [str(problem) for problem in result.problems]


STORED = {
    "customers": "external_id, name, search_text, managed_by, country, industry, created_on, last_admin_sign_in_at,"
    " suspended, is_own_organization FROM customers r",
    "subscriptions": "r.external_id, c.external_id, status, added_on, start_date, end_date, auto_renew"
    " FROM subscriptions r JOIN customers c ON c.id = r.customer_id",
    "trials": "r.external_id, c.external_id, status, start_date, end_date, a.email"
    " FROM trials r JOIN customers c ON c.id = r.customer_id LEFT JOIN partner_admins a ON a.id = r.started_by_id",
    "licenses": "s.external_id, t.external_id, product, quantity FROM licenses r"
    " LEFT JOIN subscriptions s ON s.id = r.subscription_id LEFT JOIN trials t ON t.id = r.trial_id",
    "license_usage": "s.external_id, t.external_id, product, date, assigned, used, used_last_90_days"
    " FROM license_usage r JOIN licenses l ON l.id = r.license_id"
    " LEFT JOIN subscriptions s ON s.id = l.subscription_id LEFT JOIN trials t ON t.id = l.trial_id",
    "license_states": "c.external_id, is_trial, active, product, total, snapshot_on, assigned"
    " FROM license_states r JOIN customers c ON c.id = r.customer_id",
    "orders": "r.external_id, s.external_id, ordered_on, type, product, quantity, amount::text, currency"
    " FROM orders r JOIN subscriptions s ON s.id = r.subscription_id",
    "invoices": "r.external_id, s.external_id, number, issued_on, due_on, amount::text, currency, r.status,"
    " document_url FROM invoices r JOIN subscriptions s ON s.id = r.subscription_id",
    "partner_admins": "email, email_key, display_name, roles, active, last_sign_in_at FROM partner_admins r",
    "admin_assignments": "email, external_id FROM admin_assignments r"
    " JOIN partner_admins a ON a.id = r.admin_id JOIN customers c ON c.id = r.customer_id",
    "tags": "name, name_key, description FROM tags r",
    "customer_tags": "external_id, t.name FROM customer_tags r"
    " JOIN customers c ON c.id = r.customer_id JOIN tags t ON t.id = r.tag_id",
    "calls": "r.external_id, c.external_id, user_id, started_at, duration_seconds, direction, outcome, endpoint_type,"
    " features, packet_loss_percent, latency_ms, jitter_ms, queue, queue_wait_seconds, queue_outcome"
    " FROM calls r JOIN customers c ON c.id = r.customer_id",
    "resources": "external_id, title, summary, search_text, url, kind, product, language, quick_link, trending, tags"
    " FROM resources r",
    "help_desks": "name, service, email, phone, chat_url, hours FROM help_desks r",
}


async def stored(connection: asyncpg.Connection, partner: str) -> dict[str, list[tuple[Any, ...]]]:
    """What a partner's tables hold, with the files' keys in the place of ids."""
    found = {}
    for table, query in STORED.items():
        rows = await connection.fetch(
            f"SELECT {query} WHERE r.partner_id = (SELECT id FROM partners WHERE name = $1)", partner
        )
        found[table] = sorted((tuple(row) for row in rows), key=repr)
    return found
