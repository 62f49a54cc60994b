"""Files that hold little, or the same in another way."""

import gzip
import io
from pathlib import Path

import asyncpg
import polars as pl
import pytest

from ingest import run_import
from tests.import_files import folder_of, problems_of, right_rows, stored

pytest_plugins = ["tests.import_fixture"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("tags.csv", b""),
        ("tags.csv", b"name,description"),
        ("tags.csv", b"name\r\n\r\n"),
        ("tags.jsonl", b""),
        ("tags.jsonl", b"\n\n"),
        ("tags.csv.gz", gzip.compress(b"")),
    ],
)
async def test_no_rows_are_fine(
    db: asyncpg.Connection, partner: str, tmp_path: Path, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)

    result = await run_import(db, tmp_path, partner=partner)

    assert result.committed
    assert [(count.table, count.read) for count in result.counts] == [("tags", 0)]


async def test_an_empty_parquet_file_is_fine(db: asyncpg.Connection, partner: str, tmp_path: Path) -> None:
    pl.DataFrame(schema={"name": pl.String}).write_parquet(tmp_path / "tags.parquet")

    assert (await run_import(db, tmp_path, partner=partner)).counts[0].read == 0


async def test_columns_that_may_be_empty_may_be_missing(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    files = {
        table: [{name: value for name, value in row.items() if value} for row in rows[:1]]
        for table, rows in right_rows().items()
        if table not in ("trials", "customer_tags")
    }
    folder_of(tmp_path, files)

    result = await run_import(db, tmp_path, partner=partner)

    assert all(count.inserted == 1 for count in result.counts)


async def test_parquet_columns_of_other_types_that_say_the_same(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    files = right_rows()
    folder_of(tmp_path, files)
    await run_import(db, tmp_path, partner=partner)
    before = await stored(db, partner)
    calls = pl.read_csv(io.BytesIO((tmp_path / "calls.csv").read_bytes()), infer_schema=False)
    calls.select(
        pl.col("call_id").cast(pl.Categorical),
        pl.col("customer_id", "user_id", "queue"),
        pl.col("started_at")
        .str.to_datetime(time_zone="UTC")
        .dt.convert_time_zone("Asia/Tokyo")
        .dt.cast_time_unit("ns"),
        pl.col("duration_seconds").cast(pl.UInt16),
        pl.col("direction").cast(pl.Enum(["INBOUND"])),
        pl.col("outcome", "endpoint_type", "queue_outcome"),
        pl.col("features").str.split("|"),
        pl.col("packet_loss_percent").cast(pl.Decimal(9, 3)),
        pl.col("latency_ms").cast(pl.Float64),
        pl.col("jitter_ms").cast(pl.Int8),
        pl.col("queue_wait_seconds").cast(pl.Float32),
    ).write_parquet(tmp_path / "calls.parquet")
    (tmp_path / "calls.csv").unlink()
    licenses = pl.DataFrame(
        {"subscription_id": ["S1"], "trial_id": [None], "product": ["MEETINGS"], "quantity": [10]}
    )
    licenses.write_parquet(tmp_path / "licenses.parquet")
    (tmp_path / "licenses.csv").unlink()

    result = await run_import(db, tmp_path, partner=partner)

    assert all(count.unchanged == count.read for count in result.counts)
    assert await stored(db, partner) == before


async def test_an_item_of_a_parquet_list_does_not_become_two(
    db: asyncpg.Connection, partner: str, tmp_path: Path
) -> None:
    (row,) = right_rows()["resources"]
    rows = [row | {"resource_id": "R1", "tags": ["one", "two"]}, row | {"resource_id": "R2", "tags": ["a|b"]}]
    pl.DataFrame(rows).with_columns(pl.col("product").replace("", None)).write_parquet(
        tmp_path / "resources.parquet"
    )

    assert await problems_of(db, tmp_path, partner) == ["resources.parquet:2: tags: 'a||b' has an empty item"]
