"""Each kind of bad row: what is said of it, and that it keeps everything out."""

from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from ingest import ImportFailed, run_import
from tests.import_files import Files, as_csv, as_jsonl, contents, folder_of, right_rows

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


async def problems_of(db: asyncpg.Connection, path: Path, partner: str) -> list[str]:
    """What is said of files that are refused, having seen that they changed nothing."""
    before = await contents(db)
    with pytest.raises(ImportFailed) as failed:
        await run_import(db, path, partner=partner)
    assert await contents(db) == before
    result = failed.value.result
    assert result is not None
    assert not result.committed
    assert result.problem_count == len(result.problems)
    return [str(problem) for problem in result.problems]


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


def usage(files: Files) -> dict[str, str]:
    return files["license_usage"][0]


def both_entitlements(files: Files) -> None:
    usage(files)["trial_id"] = "T1"


def neither_entitlement(files: Files) -> None:
    usage(files)["subscription_id"] = ""


def license_of_both(files: Files) -> None:
    files["licenses"][1]["subscription_id"] = "S1"
    del files["license_usage"][1]


def same_key(files: Files) -> None:
    files["customers"].append(files["customers"][0] | {"name": "Another"})


def same_usage_key(files: Files) -> None:
    files["license_usage"].append(usage(files) | {"used": "1"})
    files["license_usage"].append(usage(files) | {"used": "2"})


def same_tag_in_capitals(files: Files) -> None:
    files["tags"].append({"name": "VIP ", "description": "other"})


def same_admin_in_capitals(files: Files) -> None:
    files["partner_admins"].append(files["partner_admins"][0] | {"email": "ANN@PARTNER.EXAMPLE"})


def too_many_tags(files: Files) -> None:
    for number in range(25):
        files["tags"].append({"name": f"tag {number}", "description": ""})
        if number < 21:
            files["customer_tags"].append({"customer_id": "C1", "tag": f"tag {number}"})


def referred_row_is_bad(files: Files) -> None:
    files["customers"][1]["country"] = "?"


def several_at_once(files: Files) -> None:
    files["customers"][1] |= {"name": "", "created_on": "x"}
    files["licenses"][0] |= {"product": "", "subscription_id": "S9"}
    files["license_usage"].clear()
    files["license_usage"].append(right_rows()["license_usage"][0] | {"subscription_id": "", "used": "-1"})
    files["trials"].clear()
    files["licenses"][1] = files["licenses"][0] | {"product": "DEVICES"}
    files["trials"].append(right_rows()["trials"][0] | {"customer_id": "C1"})


EXACTLY_ONE = "exactly one of subscription_id and trial_id has to be given"
BAD_ROWS: list[tuple[Callable[[Files], None], list[str]]] = [
    (both_entitlements, [f"license_usage.csv:2: trial_id: {EXACTLY_ONE}"]),
    (neither_entitlement, [f"license_usage.csv:2: trial_id: {EXACTLY_ONE}"]),
    (license_of_both, [f"licenses.csv:3: trial_id: {EXACTLY_ONE}"]),
    (same_key, ["customers.csv:4: has the key of line 2 with different values"]),
    (
        same_usage_key,
        [
            "license_usage.csv:4: has the key of line 2 with different values",
            "license_usage.csv:5: has the key of line 2 with different values",
        ],
    ),
    (same_tag_in_capitals, ["tags.csv:4: has the key of line 2 with different values"]),
    (same_admin_in_capitals, ["partner_admins.csv:3: has the key of line 2 with different values"]),
    (
        too_many_tags,
        [
            "customer_tags.csv:22: tag: a customer has at most 20 tags",
            "customer_tags.csv:23: tag: a customer has at most 20 tags",
        ],
    ),
    (
        referred_row_is_bad,
        [
            "customers.csv:3: country: '?' is not a country code (ISO 3166-1 alpha-2)",
            "trials.csv:2: customer_id: unknown customer 'C2'",
            "licenses.csv:3: trial_id: unknown trial 'T1'",
            "license_usage.csv:3: trial_id: unknown license line 'T1' 'CALLING'",
        ],
    ),
    (
        several_at_once,
        [
            "customers.csv:3: name: may not be empty",
            "customers.csv:3: created_on: 'x' is not a date (YYYY-MM-DD)",
            "licenses.csv:2: product: may not be empty",
            "licenses.csv:2: subscription_id: unknown subscription 'S9'",
            "licenses.csv:3: subscription_id: unknown subscription 'S9'",
            "license_usage.csv:2: used: '-1' is below 0",
            f"license_usage.csv:2: trial_id: {EXACTLY_ONE}",
        ],
    ),
]


@pytest.mark.parametrize(("spoil", "said"), BAD_ROWS, ids=[spoil.__name__ for spoil, _ in BAD_ROWS])
async def test_rows_that_are_bad_together(
    db: asyncpg.Connection, partner: str, tmp_path: Path, spoil: Callable[[Files], None], said: list[str]
) -> None:
    files = right_rows()
    spoil(files)

    assert await problems_of(db, folder_of(tmp_path, files), partner) == said


HEADERS = [
    ("customer_id,name,managed_by,country,created_on", ["customers.csv:1: suspended: missing column"]),
    (
        "customer_id,name,managed_by,country,created_on,suspended,Industry",
        [
            "customers.csv:1: Industry: unknown column; the columns are customer_id, name, managed_by, country,"
            " industry, created_on, last_admin_sign_in_at, suspended"
        ],
    ),
    (
        "customer_id,name,managed_by,country,created_on,suspended,name",
        ["customers.csv:1: name: column is there twice"],
    ),
]


@pytest.mark.parametrize(("header", "said"), HEADERS)
@pytest.mark.parametrize("rows", ["", "C1,Acme,EXTERNAL_ADMIN,US,2026-01-01,true,x\n"])
async def test_bad_headers(
    db: asyncpg.Connection, partner: str, tmp_path: Path, header: str, said: list[str], rows: str
) -> None:
    (tmp_path / "customers.csv").write_text(f"{header}\n{rows}")

    assert await problems_of(db, tmp_path, partner) == said


async def test_lines_of_csv_are_those_of_an_editor(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    (tmp_path / "tags.csv").write_bytes(
        b'\xef\xbb\xbfname,description\r\n'
        b'"a\r\nb","c\n\nd"\r\n'  # lines 2 to 5
        b"\r\n"
        b"good,\r\n"
        b"one field only\r\n"  # 8
        b"two,fields,and one\r\n"
        b'stray " quote,x\r\n'  # 10
        b'"closed" early,x\r\n'
        b"caf\xe9,x\r\n"
        b'"' + b"long" * 10 + b'","x\n'  # 13, a field that would take in the next line
        b'y"\r\n'
        b",no name\r\n"  # 15
        b'not closed,"'
    )  # fmt: skip

    no_csv = "is not CSV: a quote or a carriage return is out of place"
    assert await problems_of(db, tmp_path, partner) == [
        "tags.csv:8: has 1 fields where the header has 2",
        "tags.csv:9: has 3 fields where the header has 2",
        f"tags.csv:10: {no_csv}",
        f"tags.csv:11: {no_csv}",
        "tags.csv:12: is not UTF-8",
        f"tags.csv:13: name: '{'long' * 10}' is longer than 25 characters",
        "tags.csv:15: name: may not be empty",
        f"tags.csv:16: {no_csv}",
    ]


async def test_bad_json_lines(db: asyncpg.Connection, partner: str, tmp_path: Path) -> None:
    (tmp_path / "partner_admins.jsonl").write_bytes(
        b'{"email": "a@b.example", "display_name": "A", "roles": ["PARTNER_ADMIN"], "active": true}\n'
        b"\n"
        b"{\n"
        b"[]\n"
        b"null\n"
        b'{"email": "b@b.example", "display_name": 5, "roles": null, "active": "TRUE", "phone": "1"}\n'
        b'{"email": "c@b.example", "email": "d@b.example"}\n'
        b'{"email": {"is": "deep"}}\n'
        b'{"email": "e@b.example", "display_name": "E", "roles": ["a|b"], "active": true}\n'
        b'{"email": "e@b.example", "display_name": "\\ud800", "active": true}\n'
        b'{"email": "e@b.example", "display_name": "caf\xe9", "active": true}\n'
        b'{"email": NaN}\n'
        + b"[" * 100_000 + b"\n"
        b'{"display_name": "", "active": 1}'
    )  # fmt: skip

    assert await problems_of(db, tmp_path, partner) == [
        "partner_admins.jsonl:3: is not JSON: Expecting property name enclosed in double quotes at character 2",
        "partner_admins.jsonl:4: is not a JSON object",
        "partner_admins.jsonl:5: is not a JSON object",
        "partner_admins.jsonl:6: phone: unknown column",
        "partner_admins.jsonl:7: email: is there twice",
        "partner_admins.jsonl:8: email: is neither a plain value nor a list of texts without |",
        "partner_admins.jsonl:9: roles: is neither a plain value nor a list of texts without |",
        "partner_admins.jsonl:10: display_name: is not Unicode text",
        "partner_admins.jsonl:11: is not UTF-8",
        "partner_admins.jsonl:12: is not JSON: NaN",
        "partner_admins.jsonl:13: is not JSON of one row: it is too deep",
        "partner_admins.jsonl:14: email: may not be empty",
        "partner_admins.jsonl:14: display_name: may not be empty",
        "partner_admins.jsonl:14: active: '1' is neither true nor false",
    ]


async def test_the_first_hundred_are_shown_and_all_are_counted(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    as_jsonl(tmp_path / "tags.jsonl", [{"name": ""}] * 250)
    as_csv(tmp_path / "help_desks.csv", [{"name": "", "service": ""}])

    with pytest.raises(ImportFailed, match="252 problems") as failed:
        await run_import(db, tmp_path, partner=partner)

    result = failed.value.result
    assert result is not None
    assert result.problem_count == 252
    assert [problem.line for problem in result.problems] == list(range(1, 101))


async def test_a_customer_keeps_at_most_twenty_tags_over_several_imports(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    tags = [{"name": f"tag {number:02}", "description": ""} for number in range(21)]
    some = [{"customer_id": "C1", "tag": tag["name"]} for tag in tags]
    files = right_rows() | {"tags": tags, "customer_tags": some[:20]}
    await run_import(db, folder_of(tmp_path, files), partner=partner)

    as_csv(tmp_path / "customer_tags.csv", some[10:])

    assert await problems_of(db, tmp_path, partner) == [
        "customer_tags.csv:12: tag: a customer has at most 20 tags"
    ]


async def test_the_own_organization_is_not_the_imports_to_change(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    files = right_rows()
    await run_import(db, folder_of(tmp_path, files), partner=partner)
    await db.execute(
        "UPDATE customers SET is_own_organization = true WHERE external_id = 'C1'"
        " AND partner_id = (SELECT id FROM partners WHERE name = $1)",
        partner,
    )

    assert await problems_of(db, tmp_path, partner) == [
        "customers.csv:2: customer_id: 'C1' is the partner's own organization"
    ]
    (tmp_path / "customers.csv").unlink()
    result = await run_import(db, tmp_path, partner=partner)  # but it may have subscriptions and calls
    assert result.committed
