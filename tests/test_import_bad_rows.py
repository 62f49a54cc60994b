"""Rows that are bad together or beside what is stored: what is said of them, and that they keep everything out."""

from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from ingest import ImportFailed, run_import
from kpis.policy import Policy
from tests.import_files import Files, as_csv, as_jsonl, folder_of, problems_of, right_rows

pytest_plugins = ["tests.import_fixture"]


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


async def test_how_many_tags_is_a_setting(db: asyncpg.Connection, partner: str, tmp_path: Path) -> None:
    tags = [{"name": f"tag {number:02}", "description": ""} for number in range(22)]
    some = [{"customer_id": "C1", "tag": tag["name"]} for tag in tags]
    folder_of(tmp_path, right_rows() | {"tags": tags, "customer_tags": some})
    said = await problems_of(db, tmp_path, partner, Policy(tags_per_customer=21))
    assert said == ["customer_tags.csv:23: tag: a customer has at most 21 tags"]
    assert (await run_import(db, tmp_path, partner=partner, policy=Policy(tags_per_customer=22))).committed


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
