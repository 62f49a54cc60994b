"""Each kind of bad value: what is said of it, and that it keeps everything out."""

from pathlib import Path

import asyncpg
import pytest

from tests.import_files import folder_of, problems_of, right_rows

pytest_plugins = ["tests.import_fixture"]

PRODUCTS = "MEETINGS, CALLING, MESSAGING, EVENTS, REAL_TIME_TRANSLATIONS, DEVICES, CONTACT_CENTER"
LONG = "x" * 10_001

# A value of a column of the table's first row, and what is said of it.
BAD_VALUES = [
    ("customers", "customer_id", "", "may not be empty"),
    ("customers", "customer_id", "  ", "'  ' is blank"),
    ("customers", "customer_id", "x" * 201, f"'{'x' * 60}…' is longer than 200 characters"),
    ("customers", "name", "", "may not be empty"),
    ("customers", "name", " \t", "' \\t' is blank"),
    ("customers", "name", "x" * 301, f"'{'x' * 60}…' is longer than 300 characters"),
    ("customers", "name", "nul\0", "'nul\\x00' holds a NUL character"),
    ("customers", "managed_by", "NOBODY", "'NOBODY' is not one of EXTERNAL_ADMIN, PARTNER_ORGANIZATION"),
    ("customers", "managed_by", "", "may not be empty"),
    ("customers", "country", "usa", "'usa' is not a country code (ISO 3166-1 alpha-2)"),
    ("customers", "industry", LONG, f"'{LONG[:60]}…' is longer than 10000 characters"),
    ("customers", "created_on", "2026-02-30", "'2026-02-30' is not a date (YYYY-MM-DD)"),
    ("customers", "created_on", "2026-2-3", "'2026-2-3' is not a date (YYYY-MM-DD)"),
    ("customers", "created_on", "03.02.2026", "'03.02.2026' is not a date (YYYY-MM-DD)"),
    ("customers", "created_on", "2026-01-01T00:00:00Z", "'2026-01-01T00:00:00Z' is not a date (YYYY-MM-DD)"),
    ("customers", "created_on", "0000-01-01", "'0000-01-01' is not a date (YYYY-MM-DD)"),
    ("customers", "created_on", " 2026-01-01", "' 2026-01-01' is not a date (YYYY-MM-DD)"),
    ("customers", "last_admin_sign_in_at", "yesterday", "'yesterday' is not a time (ISO 8601)"),
    ("customers", "last_admin_sign_in_at", "2026-13-01T00:00:00Z", "'2026-13-01T00:00:00Z' is not a time (ISO 8601)"),
    ("customers", "last_admin_sign_in_at", "2026-01-01T24:00:00Z", "'2026-01-01T24:00:00Z' is not a time (ISO 8601)"),
    ("customers", "last_admin_sign_in_at", "2026-01-01T10+25", "'2026-01-01T10+25' is not a time (ISO 8601)"),
    ("calls", "started_at", "0001-01-01T00:00+01:00", "'0001-01-01T00:00+01:00' is not a time (ISO 8601)"),
    ("customers", "suspended", "yes", "'yes' is neither true nor false"),
    ("customers", "suspended", "1", "'1' is neither true nor false"),
    ("customers", "suspended", "", "may not be empty"),
    ("subscriptions", "customer_id", "C9", "unknown customer 'C9'"),
    ("subscriptions", "customer_id", "c1", "unknown customer 'c1'"),
    ("subscriptions", "customer_id", "", "may not be empty"),
    ("subscriptions", "status", "active", "'active' is not one of ACTIVE, SUSPENDED, PENDING_SETUP, CANCELLED"),
    ("subscriptions", "end_date", "2025-02-01", "2025-02-01 is before start_date 2025-02-02"),
    ("subscriptions", "auto_renew", "", "may not be empty"),
    ("trials", "customer_id", "nobody", "unknown customer 'nobody'"),
    ("trials", "started_by", "ann", "'ann' is not an email address"),
    ("trials", "started_by", "bob@partner.example", "unknown partner admin 'bob@partner.example'"),
    ("trials", "end_date", "2025-12-31", "2025-12-31 is before start_date 2026-01-01"),
    ("trials", "status", "SUSPENDED", "'SUSPENDED' is not one of ACTIVE, CANCELLED, CONVERTED"),
    ("licenses", "subscription_id", "S9", "unknown subscription 'S9'"),
    ("licenses", "product", "CALL", f"'CALL' is not one of {PRODUCTS}"),
    ("licenses", "quantity", "-1", "'-1' is below 0"),
    ("licenses", "quantity", "1.5", "'1.5' is not a whole number"),
    ("licenses", "quantity", "1e3", "'1e3' is not a whole number"),
    ("licenses", "quantity", " 1", "' 1' is not a whole number"),
    ("licenses", "quantity", "٣", "'٣' is not a whole number"),
    ("licenses", "quantity", "2147483648", "'2147483648' is too large"),
    ("licenses", "quantity", "9" * 30, f"'{'9' * 30}' is not a whole number"),
    ("license_usage", "date", "", "may not be empty"),
    ("license_usage", "assigned", "-3", "'-3' is below 0"),
    ("license_usage", "used", "many", "'many' is not a whole number"),
    ("license_usage", "used_last_90_days", "", "may not be empty"),
    ("license_usage", "subscription_id", "S2", "unknown license line 'S2' 'MEETINGS'"),
    ("orders", "subscription_id", "T1", "unknown subscription 'T1'"),
    ("orders", "type", "BUY", "'BUY' is not one of NEW, CHANGE, RENEWAL, CANCEL"),
    ("orders", "product", "", "may not be empty"),
    ("orders", "amount", "12,50", "'12,50' is not a decimal number"),
    ("orders", "amount", "1e3", "'1e3' is not a decimal number"),
    ("orders", "amount", "NaN", "'NaN' is not a decimal number"),
    ("orders", "amount", ".5", "'.5' is not a decimal number"),
    ("orders", "amount", "+1", "'+1' is not a decimal number"),
    ("orders", "amount", "9" * 31, f"'{'9' * 31}' is not a decimal number"),
    ("orders", "amount", "0." + "9" * 16, f"'0.{'9' * 16}' is not a decimal number"),
    ("orders", "amount", "", "may not be empty"),
    ("orders", "currency", "eur", "'eur' is not a currency code (ISO 4217)"),
    ("orders", "currency", "EURO", "'EURO' is not a currency code (ISO 4217)"),
    ("invoices", "subscription_id", "", "may not be empty"),
    ("invoices", "status", "OPEN", "'OPEN' is not one of PAID, DUE, OVERDUE"),
    ("invoices", "due_on", "soon", "'soon' is not a date (YYYY-MM-DD)"),
    ("partner_admins", "email", "ann at partner.example", "'ann at partner.example' is not an email address"),
    ("partner_admins", "email", "a@b@c", "'a@b@c' is not an email address"),
    ("partner_admins", "display_name", "", "may not be empty"),
    (
        "partner_admins", "roles", "PARTNER_ADMIN|BOSS",
        "'PARTNER_ADMIN|BOSS' is not a list of PARTNER_FULL_ADMIN, PARTNER_ADMIN, PARTNER_READ_ONLY_ADMIN,"
        " HELP_DESK_ADMIN",
    ),
    ("partner_admins", "active", "si", "'si' is neither true nor false"),
    ("admin_assignments", "email", "bob@partner.example", "unknown partner admin 'bob@partner.example'"),
    ("admin_assignments", "customer_id", "C9", "unknown customer 'C9'"),
    ("tags", "name", "x" * 26, f"'{'x' * 26}' is longer than 25 characters"),
    ("tags", "name", "   ", "'   ' is blank"),
    ("tags", "description", "x" * 201, f"'{'x' * 60}…' is longer than 200 characters"),
    ("customer_tags", "tag", "big", "unknown tag 'big'"),
    ("customer_tags", "customer_id", "C9", "unknown customer 'C9'"),
    ("calls", "customer_id", "C9", "unknown customer 'C9'"),
    ("calls", "started_at", "", "may not be empty"),
    ("calls", "started_at", "1990-01-01T00:30+01:00", "1990-01-01T00:30+01:00 is before 1990 or after 2099"),
    ("calls", "started_at", "2100-01-01", "2100-01-01 is before 1990 or after 2099"),
    ("calls", "duration_seconds", "-1", "'-1' is below 0"),
    ("calls", "direction", "IN", "'IN' is not one of INBOUND, OUTBOUND, INTERNAL"),
    ("calls", "outcome", "BUSY", "'BUSY' is not one of ANSWERED, UNANSWERED, FAILED"),
    (
        "calls", "endpoint_type", "PHONE",
        "'PHONE' is not one of WXC_CLIENT, WXC_DEVICE, WXC_THIRD_PARTY, TEAMS_WXC_CLIENT, WXC_SIP_GW, SIP",
    ),
    (
        "calls", "features", "VOICEMAIL|",
        "'VOICEMAIL|' is not a list of CALL_QUEUE, AUTO_ATTENDANT, HUNT_GROUP, CALL_PARK, CALL_PICKUP, CALL_FORWARD,"
        " CALL_TRANSFER, VOICEMAIL, CALL_RECORDING, PAGING_GROUP, SINGLE_NUMBER_REACH",
    ),
    ("calls", "packet_loss_percent", "-0.1", "'-0.1' is below 0"),
    ("calls", "latency_ms", "inf", "'inf' is not a number"),
    ("calls", "jitter_ms", "NaN", "'NaN' is not a number"),
    ("calls", "queue_wait_seconds", "long", "'long' is not a number"),
    ("calls", "queue_outcome", "LOST", "'LOST' is not one of ANSWERED, OVERFLOWED, ABANDONED"),
    ("resources", "kind", "BOOK", "'BOOK' is not one of GUIDE, VIDEO, TRAINING, TOOL, ANNOUNCEMENT"),
    ("resources", "product", "PHONES", f"'PHONES' is not one of {PRODUCTS}"),
    ("resources", "title", "", "may not be empty"),
    ("resources", "tags", "a||b", "'a||b' has an empty item"),
    ("resources", "tags", "a|b\0", "'a|b\\x00' holds a NUL character"),
    ("help_desks", "name", "", "may not be empty"),
    ("help_desks", "email", "help", "'help' is not an email address"),
]  # fmt: skip


@pytest.mark.parametrize("table", list(right_rows()))
async def test_bad_values(db: asyncpg.Connection, partner: str, tmp_path: Path, table: str) -> None:
    files = right_rows()
    right, *_ = files[table]
    if table == "tags":
        right["description"] = ""  # so that each row is a line
    said = []
    for of_table, column, value, message in BAD_VALUES:
        if of_table == table:
            files[table].append(right | {column: value})
            said.append(f"{table}.csv:{len(files[table]) + 1}: {column}: {message}")

    assert await problems_of(db, folder_of(tmp_path, files), partner) == said
