"""The case makes no difference, whatever the script: in searches, names and addresses, over HTTP and in imports."""

from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ingest import run_import
from tests.firm import FULL, PARTNER, Firm
from tests.import_files import folder_of, problems_of, right_rows, stored
from tests.oracle import Rows
from tests.row_files import write_rows

pytest_plugins = ["tests.firm_fixture", "tests.import_fixture"]

ALIKE = [
    ("ΟΔΟΣ", "οδος", "οδοσ"),
    ("Straße", "STRASSE", "STRAẞE"),
    ("Oﬃce", "OFFICE", "oFFice"),
    ("ŉgoma", "ʼNGOMA", "ʼngoma"),
    ("İzmir", "i̇ZMIR", "i̇zmir"),
    ("ᏣᎳᎩ", "ꮳꮃꭹ", "Ꮳꮃꭹ"),
    ("ᾳδης", "ΑΙΔΗΣ", "αιδησ"),
]
"""Ways of writing the same."""
SEARCHES = {
    "ΟΔΟΣ": "ΟΔΟΣ ΟΔΟΣΑ",
    "οδος": "ΟΔΟΣ ΟΔΟΣΑ",
    "Σ": "AΣ-B ΟΔΟΣ ΟΔΟΣΑ",
    "ς": "AΣ-B ΟΔΟΣ ΟΔΟΣΑ",
    "Σ-B": "AΣ-B",
    "aσ-b": "AΣ-B",
    "ς ΟΔ": "ΟΔΟΣ ΟΔΟΣΑ",
    "STRASSE": "Straße",
    "ẞ": "Straße",
    "s": "Straße",
    "FI": "ﬁn",
    "i": "İz ﬁn",
    "İ": "İz",
    "ı": "",
    "ꮳ": "Ꮳ",
}
"""What is searched for, and what is found of the names in it."""
NAMES = sorted({name for found in SEARCHES.values() for name in found.split()})


async def test_searches(firm: Firm, tmp_path: Path) -> None:
    rows: Rows = {
        "customers": [_customer(f"{number}", name, firm.today) for number, name in enumerate(NAMES)],
        "tags": [{"name": name, "description": None} for name in NAMES],
        "partner_admins": [
            {"email": f"{n}@é", "display_name": name, "roles": [], "active": True}
            for n, name in enumerate(NAMES)
        ],
    }
    write_rows(rows, tmp_path)
    await run_import(firm.connection, tmp_path, partner=PARTNER)
    query = """query ($text: String) {
        customers(filter: {search: $text}) { nodes { name } }
        tags(search: $text) { nodes { name } }
        partnerAdmins(filter: {search: $text}) { nodes { name: displayName } }
    }"""
    for search, expected in SEARCHES.items():
        for list_, found in (await firm.ask(FULL, query, {"text": search})).items():
            names = {node["name"] for node in found["nodes"]} & set(NAMES)
            assert names == set(expected.split()), (list_, search)


@pytest.mark.parametrize("alike", ALIKE)
async def test_a_tag_is_known_however_it_is_written(firm: Firm, alike: tuple[str, ...]) -> None:
    for name in alike:
        made = await firm.change(FULL, "createTag", {"name": name}, "tag { id }")
        if name == alike[0]:
            tag = made["tag"]["id"]
        else:
            assert made == {"tag": None, "errors": [("TAKEN", "input.name")]}
    put = {"customerIds": await firm.ids("Customer", "c2"), "tagIds": [tag]}
    assert (await firm.change(FULL, "addTags", put))["errors"] == []
    query = "query ($tag: String!) { customers(filter: {tags: [$tag]}) { nodes { customerId } } }"
    for name in alike:
        found = (await firm.ask(FULL, query, {"tag": name}))["customers"]["nodes"]
        assert found == [{"customerId": "c2"}], name
        renamed = await firm.change(FULL, "updateTag", {"id": tag, "name": name}, "tag { name }")
        assert renamed["tag"] == {"name": name}


async def test_an_address_stands_for_no_other_domain(firm: Firm) -> None:
    """Only its case is passed over: letters that are several, or other ones in other languages, stay what they are."""

    def input(email: str) -> dict[str, Any]:
        return {"email": email, "displayName": "New", "roles": ["HELP_DESK_ADMIN"]}

    emails = ["Ann@straße.example", "ann@strasse.example", "ann@ſtrasse.example", "ann@ﬁrm.example"]
    for email in emails:
        added = await firm.change(FULL, "addPartnerAdmin", input(email), "partnerAdmin { email }")
        assert added["partnerAdmin"] == {"email": email}
    refused = await firm.change(FULL, "addPartnerAdmin", input("aNN@STRASSE.example"))
    assert refused["errors"] == [("TAKEN", "input.email")]
    for email in emails:
        viewer = (await firm.ask("aNN" + email[3:], "{ viewer { admin { email } } }"))["viewer"]
        assert viewer == {"admin": {"email": email}}


@pytest.mark.parametrize("alike", ALIKE)
async def test_imports(db: asyncpg.Connection, partner: str, tmp_path: Path, alike: tuple[str, ...]) -> None:
    first, *others = alike
    files = right_rows()
    files["tags"].append({"name": first, "description": ""})
    await run_import(db, folder_of(tmp_path / "first", files), partner=partner)

    for number, name in enumerate(others):
        again = {
            "tags": [{"name": name, "description": "again"}],
            "customer_tags": [{"customer_id": "C1", "tag": first}],
        }
        await run_import(db, folder_of(tmp_path / str(number), again), partner=partner)
        now = await stored(db, partner)
        assert [row[0] for row in now["tags"] if row[2] == "again"] == [name]
        assert ("C1", name) in now["customer_tags"]
        assert len(now["tags"]) == len(files["tags"])

    twice = {"tags": [{"name": name, "description": ""} for name in alike]}
    problems = await problems_of(db, folder_of(tmp_path / "twice", twice), partner)
    assert len(problems) == len(others)


def _customer(customer_id: str, name: str, today: date) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "name": name,
        "managed_by": "EXTERNAL_ADMIN",
        "country": "DE",
        "created_on": today,
        "suspended": False,
    }
