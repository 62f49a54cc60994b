"""The files of the import contract, as tests write them."""

import csv
import json
import random
from datetime import UTC
from pathlib import Path
from typing import Any

import polars

from tests.oracle.book import Row, Rows

COLUMNS: dict[str, dict[str, str]] = {
    "customers": {
        "customer_id": "text",
        "name": "text",
        "managed_by": "text",
        "country": "text",
        "industry": "text",
        "created_on": "date",
        "last_admin_sign_in_at": "time",
        "suspended": "flag",
    },
    "subscriptions": {
        "subscription_id": "text",
        "customer_id": "text",
        "status": "text",
        "added_on": "date",
        "start_date": "date",
        "end_date": "date",
        "auto_renew": "flag",
    },
    "trials": {
        "trial_id": "text",
        "customer_id": "text",
        "status": "text",
        "added_on": "date",
        "start_date": "date",
        "end_date": "date",
        "started_by": "text",
    },
    "licenses": {"subscription_id": "text", "trial_id": "text", "product": "text", "quantity": "int"},
    "license_usage": {
        "subscription_id": "text",
        "trial_id": "text",
        "product": "text",
        "date": "date",
        "assigned": "int",
        "used": "int",
        "used_last_90_days": "int",
    },
    "orders": {
        "order_id": "text",
        "subscription_id": "text",
        "ordered_on": "date",
        "type": "text",
        "product": "text",
        "quantity": "int",
        "amount": "decimal",
        "currency": "text",
    },
    "invoices": {
        "invoice_id": "text",
        "subscription_id": "text",
        "number": "text",
        "issued_on": "date",
        "due_on": "date",
        "amount": "decimal",
        "currency": "text",
        "status": "text",
        "document_url": "text",
    },
    "partner_admins": {
        "email": "text",
        "display_name": "text",
        "roles": "list",
        "active": "flag",
        "last_sign_in_at": "time",
    },
    "admin_assignments": {"email": "text", "customer_id": "text"},
    "tags": {"name": "text", "description": "text"},
    "customer_tags": {"customer_id": "text", "tag": "text"},
    "calls": {
        "call_id": "text",
        "customer_id": "text",
        "user_id": "text",
        "started_at": "time",
        "duration_seconds": "int",
        "direction": "text",
        "outcome": "text",
        "endpoint_type": "text",
        "features": "list",
        "packet_loss_percent": "decimal",
        "latency_ms": "int",
        "jitter_ms": "int",
        "queue": "text",
        "queue_wait_seconds": "int",
        "queue_outcome": "text",
    },
    "resources": {
        "resource_id": "text",
        "title": "text",
        "summary": "text",
        "url": "text",
        "kind": "text",
        "product": "text",
        "language": "text",
        "quick_link": "flag",
        "trending": "flag",
        "tags": "list",
    },
    "help_desks": {
        "name": "text",
        "service": "text",
        "email": "text",
        "phone": "text",
        "chat_url": "text",
        "hours": "text",
    },
}
"""Of each table each column, and the kind of its values."""

POLARS_TYPES: dict[str, Any] = {
    "text": polars.String,
    "date": polars.Date,
    "time": polars.Datetime("us", "UTC"),
    "flag": polars.Boolean,
    "int": polars.Int64,
    "decimal": polars.Decimal(18, 2),
    "list": polars.String,
}


def write_rows(rows: Rows, folder: Path, format: str = "csv", shuffle_seed: int | None = None) -> None:
    """Writes a file a table in the import contract's form.

    With a shuffle seed the columns and the rows come in a random order, and times of text files are spelled
    with `Z`, with `+00:00` or without a zone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shuffler = None if shuffle_seed is None else random.Random(shuffle_seed)
    for table, table_rows in rows.items():
        columns = list(COLUMNS[table])
        table_rows = list(table_rows)
        zone = "+00:00"
        if shuffler is not None:
            shuffler.shuffle(columns)
            shuffler.shuffle(table_rows)
            zone = shuffler.choice(["Z", "+00:00", ""])
        for row in table_rows:
            unknown = row.keys() - COLUMNS[table].keys()
            if unknown:
                raise ValueError(f"{table} has no {', '.join(sorted(unknown))}")
        kinds = [(column, COLUMNS[table][column]) for column in columns]
        path = folder / f"{table}.{format}"
        if format == "csv":
            _write_csv(path, kinds, table_rows, zone)
        elif format == "jsonl":
            _write_jsonl(path, kinds, table_rows, zone)
        elif format == "parquet":
            _write_parquet(path, kinds, table_rows)
        else:
            raise ValueError(format)


def _write_csv(path: Path, kinds: list[tuple[str, str]], rows: list[Row], zone: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([column for column, _ in kinds])
        for row in rows:
            writer.writerow([_text(row.get(column), kind, zone) for column, kind in kinds])


def _write_jsonl(path: Path, kinds: list[tuple[str, str]], rows: list[Row], zone: str) -> None:
    """Numbers and truth values as JSON's own, decimals as text (they are no floats), the rest as in CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        for row in rows:
            values = {}
            for column, kind in kinds:
                value = row.get(column)
                native = value is None or kind in ("int", "flag")
                values[column] = value if native else _text(value, kind, zone)
            file.write(json.dumps(values, ensure_ascii=False) + "\n")


def _write_parquet(path: Path, kinds: list[tuple[str, str]], rows: list[Row]) -> None:
    """Every value in its own type, but lists as text separated by `|`, as in the other formats."""
    data = {
        column: [
            "|".join(row[column]) if kind == "list" and row.get(column) is not None else row.get(column)
            for row in rows
        ]
        for column, kind in kinds
    }
    schema = {column: POLARS_TYPES[kind] for column, kind in kinds}
    polars.DataFrame(data, schema=schema).write_parquet(path)


def _text(value: Any, kind: str, zone: str) -> str:
    if value is None:
        return ""
    if kind == "flag":
        return "true" if value else "false"
    if kind == "list":
        return "|".join(value)
    if kind == "time":
        utc = value.astimezone(UTC) if value.tzinfo is not None else value
        return str(utc.replace(tzinfo=None).isoformat()) + zone
    if kind == "date":
        return str(value.isoformat())
    return str(value)
