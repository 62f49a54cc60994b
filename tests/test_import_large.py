"""More rows than one batch holds: nothing is lost, doubled or mixed up between batches."""

import gzip
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import polars as pl
import pytest

from ingest import ImportFailed, run_import
from tests.import_files import as_csv, folder_of, right_rows

pytest_plugins = ["tests.import_fixture"]

LINES = 600
DAYS = 500
ROWS = LINES * DAYS


def entitlements(folder: Path) -> None:
    """Customers, subscriptions and licenses for the snapshots."""
    files = right_rows()
    subscription = files["subscriptions"][0]
    files["subscriptions"] = [subscription | {"subscription_id": f"S{number}"} for number in range(LINES)]
    files["licenses"] = [
        files["licenses"][0] | {"subscription_id": row["subscription_id"]} for row in files["subscriptions"]
    ]
    folder_of(folder, {table: files[table] for table in ("customers", "subscriptions", "licenses")})


def snapshots() -> pl.DataFrame:
    """One a line and day, the days' order mixed."""
    days = pl.DataFrame({"day": range(DAYS)}).with_columns(
        date=pl.lit(date(2025, 1, 1)) + pl.duration(days=pl.col("day"))
    )
    lines = pl.DataFrame({"line": range(LINES)})
    return (
        days.join(lines, how="cross")
        .select(
            subscription_id=pl.format("S{}", "line"),
            trial_id=pl.lit(None, dtype=pl.String),
            product=pl.lit("MEETINGS"),
            date="date",
            assigned=pl.col("line") + pl.col("day"),
            used=pl.col("line"),
            used_last_90_days=pl.col("day"),
        )
        .sample(fraction=1, shuffle=True, seed=1)
    )


@pytest.mark.parametrize("form", ["csv", "csv.gz", "parquet"])
async def test_three_hundred_thousand_snapshots(
    db: asyncpg.Connection, partner: str, tmp_path: Path, form: str
) -> None:
    entitlements(tmp_path)
    if form == "parquet":
        snapshots().write_parquet(tmp_path / "license_usage.parquet", row_group_size=70_000)
    else:
        text = snapshots().write_csv().encode()
        (tmp_path / f"license_usage.{form}").write_bytes(gzip.compress(text, 1) if form == "csv.gz" else text)

    result = await run_import(db, tmp_path, partner=partner)

    count = result.counts[-1]
    assert (count.table, count.read, count.inserted) == ("license_usage", ROWS, ROWS)
    found = await db.fetchrow(
        """
        SELECT count(*), count(DISTINCT (external_id, date)), min(date), max(date),
               bool_and(used = substr(external_id, 2)::int AND used_last_90_days = date - '2025-01-01'::date
                        AND assigned = used + used_last_90_days)
        FROM license_usage u JOIN licenses l ON l.id = u.license_id
        JOIN subscriptions s ON s.id = l.subscription_id
        WHERE u.partner_id = (SELECT id FROM partners WHERE name = $1)
        """,
        partner,
    )
    last = date(2025, 1, 1) + timedelta(days=DAYS - 1)
    assert tuple(found) == (ROWS, ROWS, date(2025, 1, 1), last, True)


async def test_lines_and_duplicates_are_found_across_batches(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    entitlements(tmp_path)
    rows = snapshots()
    first, repeated = rows.slice(10, 1), rows.slice(20, 1).with_columns(used=pl.lit(77, dtype=pl.Int64))
    bad = rows.slice(30, 1).with_columns(subscription_id=pl.lit("S?"))
    pl.concat([rows, first, repeated, bad]).write_csv(tmp_path / "license_usage.csv")

    with pytest.raises(ImportFailed) as failed:
        await run_import(db, tmp_path, partner=partner)

    assert failed.value.result
    assert [str(problem) for problem in failed.value.result.problems] == [
        f"license_usage.csv:{ROWS + 3}: has the key of line 22 with different values",
        f"license_usage.csv:{ROWS + 4}: subscription_id: unknown license line 'S?' 'MEETINGS'",
    ]


async def test_many_bad_rows_are_all_counted(db: asyncpg.Connection, partner: str, tmp_path: Path) -> None:
    as_csv(tmp_path / "tags.csv", [{"name": "x" * 30, "description": ""}] * 250_000)

    result = await run_import(
        db, tmp_path, partner=partner, skip_invalid=True, rejected_folder=tmp_path / "rejected"
    )

    assert (result.counts[0].read, result.counts[0].rejected) == (250_000, 250_000)
    assert (result.problem_count, len(result.problems)) == (250_000, 100)
