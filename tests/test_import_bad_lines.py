"""Headers and lines that are bad, of CSV and of JSON: what is said of them, and that they keep everything out."""

from pathlib import Path

import asyncpg
import pytest

from tests.import_files import as_jsonl, problems_of

pytest_plugins = ["tests.import_fixture"]

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
        "customer_id,name,managed_by,country,created_on,suspended,Industry,",
        [
            "customers.csv:1: Industry: unknown column; the columns are customer_id, name, managed_by, country,"
            " industry, created_on, last_admin_sign_in_at, suspended",
            "customers.csv:1: '': unknown column",
        ],
    ),
    (
        "customer_id,name,managed_by,country,created_on,suspended,name",
        ["customers.csv:1: name: column is there twice"],
    ),
    (
        "\n\r\ncustomer_id,name,managed_by,country,created_on",
        ["customers.csv:3: suspended: missing column"],
    ),
    ("customer_id,na\udcffme", ["customers.csv:1: is not UTF-8"]),  # the byte 0xff
    ('customer_id,na"me', ["customers.csv:1: is not CSV: a quote or a carriage return is out of place"]),
]


ODD = "two\r\nlines,\0\x1b[31m\u2028" + "x" * 60
SHOWN = r"two\r\nlines,\x00\x1b[31m\u2028" + "x" * 42 + "…: unknown column"
"""A name that would be several lines, and what is said of it."""


async def test_a_problem_is_one_line_whatever_the_column_is_called(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    (tmp_path / "tags.csv").write_text(f'name,description,"{ODD}"\nvip,,\n')
    as_jsonl(tmp_path / "help_desks.jsonl", [{"name": "Desk", ODD: "x"}])

    of_header, of_row = await problems_of(db, tmp_path, partner)
    assert of_header.startswith(f"tags.csv:1: {SHOWN}; the columns are ")
    assert of_row == f"help_desks.jsonl:1: {SHOWN}"


@pytest.mark.parametrize(("header", "said"), HEADERS)
@pytest.mark.parametrize("rows", ["", "C1,Acme,EXTERNAL_ADMIN,US,2026-01-01,true,x\n"])
async def test_bad_headers(
    db: asyncpg.Connection, partner: str, tmp_path: Path, header: str, said: list[str], rows: str
) -> None:
    (tmp_path / "customers.csv").write_text(f"{header}\n{rows}", errors="surrogateescape", newline="")

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
