"""`partnerhub import` of call records: rows a second beside a plain COPY, memory, and the space of their roll-ups.

The whole command is measured: starting, reading, checking, bringing into the weeks, rolling up. Records come in the
order of time, with call IDs in no order, a feed as call servers give it. The limit is what one would write by hand if
nothing needed checking or rolling up: COPY of the same rows, their ids looked up already, into one table, and its key.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import polars as pl

from benchmarks.import_usage import Run, aside, database, numbered, run
from kpis.calling_weeks import ROLL_UPS
from models.enums import CallingFeature, EndpointType

WEEKS = 9
DAYS = 7 * WEEKS
USERS = 40
"""Of a customer."""
LEAST_ROWS_A_SECOND = 60_000
MOST_MIB = 1536
MOST_OF_RAW = 0.01
_AT_ONCE = 1_000_000
_WEEK_SECONDS = 7 * 86_400


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="import_calls", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="call records (default: a million)")
    parser.add_argument(
        "--a-week", type=int, default=900, help="calls of a customer in a week (default: 900)"
    )
    options, _ = parser.parse_known_args(arguments)
    customers = max(options.rows // WEEKS // options.a_week, 1)
    with TemporaryDirectory(prefix="partnerhub-bench-") as folder, database(Path(folder)) as url:
        files, day = Path(folder) / "files", Path(folder) / "day"
        aside(_write_files, files, options.rows, customers, 0)
        aside(_write_files, day, options.rows // DAYS, customers, options.rows)
        run(url, "migrate")
        first = run(url, "import", str(files))
        by_hand = asyncio.run(_copy_by_hand(url, Path(folder) / "rows.csv"))
        (Path(folder) / "rows.csv").unlink()
        raw, rolled_up = asyncio.run(_sizes(url))
        late = run(url, "import", str(day))
        rebuilt = run(url, "rebuild")
    print(
        f"calls, {options.rows:,} records of {customers:,} customers in {WEEKS} weeks,"
        f" {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    limit = options.rows / by_hand
    print(f"{'':24}{'seconds':>9}{'rows/s':>11}{'× COPY':>9}{'peak MiB':>10}")
    print(f"{'COPY by hand':24}{by_hand:9.1f}{limit:11,.0f}{1:9.2f}")
    for name, took, rows in (
        ("import", first, options.rows),
        ("a day's worth, late", late, options.rows // DAYS),
        ("rebuild", rebuilt, options.rows),
    ):
        speed = rows / took.seconds
        print(f"{name:24}{took.seconds:9.1f}{speed:11,.0f}{speed / limit:9.2f}{took.mib:10.0f}")
    print(f"records {raw / 2**20:,.0f} MiB, roll-ups {rolled_up / 2**20:,.1f} MiB: {rolled_up / raw:.2%}")
    _judge(first, options.rows, rolled_up / raw)


def _judge(first: Run, rows: int, share: float) -> None:
    bars = (
        (f"{LEAST_ROWS_A_SECOND:,} rows/s", rows / first.seconds >= LEAST_ROWS_A_SECOND),
        (f"{MOST_MIB} MiB", first.mib <= MOST_MIB),
        (f"{MOST_OF_RAW:.0%} of the records' space", share <= MOST_OF_RAW),
    )
    print("bar: " + ", ".join(f"{bar} {'held' if held else 'MISSED'}" for bar, held in bars))


def _write_files(folder: Path, rows: int, customers: int, first: int) -> None:
    """The customers, and so many records over the weeks, in parts that fit into memory."""
    folder.mkdir()
    pl.DataFrame({"n": range(customers)}).select(
        customer_id=numbered("C", pl.col("n")),
        name=numbered("Customer", pl.col("n")),
        managed_by=pl.lit("EXTERNAL_ADMIN"),
        country=pl.lit("US"),
        created_on=pl.lit("2025-01-01"),
        suspended=pl.lit("false"),
    ).write_csv(folder / "customers.csv")
    with (folder / "calls.csv").open("wb") as file:
        for start in range(0, rows, _AT_ONCE):
            part = _records(start, min(start + _AT_ONCE, rows), rows, customers, first)
            part.write_csv(file, include_header=start == 0)


def _records(start: int, end: int, rows: int, customers: int, first: int) -> pl.DataFrame:
    """The records from `start` to `end` of `rows`."""
    n = pl.col("n")
    sunday = date.today() - timedelta(days=date.today().isoweekday() % 7, weeks=WEEKS)
    second = n * (WEEKS * _WEEK_SECONDS) // rows

    def one_of(options: list[str | None], seed: int) -> pl.Expr:
        chosen = (n.hash(seed) % len(options)).cast(pl.Int64)
        return chosen.replace_strict(dict(enumerate(options)), return_dtype=pl.String)

    def up_to(most: int, seed: int) -> pl.Expr:
        return n.hash(seed) % most

    queue = one_of(["Sales", "Support", "Billing", *[None] * 9], 7)
    features = [None] * 6 + [f"{a}|{b}" for a, b in zip(CallingFeature, [*CallingFeature][3:], strict=False)]
    return pl.DataFrame({"n": range(start, end)}).select(
        call_id=pl.format("call-{}", (n + first).hash(1)),
        customer_id=numbered("C", up_to(customers, 2)),
        user_id=pl.format("{}-u{}", up_to(customers, 2), up_to(USERS, 3)),
        started_at=pl.lit(datetime(sunday.year, sunday.month, sunday.day)) + pl.duration(seconds=second),
        duration_seconds=up_to(900, 4),
        direction=one_of(["INBOUND", "OUTBOUND", "INTERNAL"], 5),
        outcome=one_of(["ANSWERED", "ANSWERED", "ANSWERED", "UNANSWERED"], 6),
        endpoint_type=one_of(list(EndpointType), 8),
        features=one_of(features, 9),
        packet_loss_percent=up_to(600, 10) / 100,
        latency_ms=up_to(420, 11),
        jitter_ms=up_to(155, 12),
        queue=queue,
        queue_wait_seconds=pl.when(queue.is_not_null()).then(up_to(90, 13)),
        queue_outcome=pl.when(queue.is_not_null()).then(one_of(["ANSWERED", "ANSWERED", "ABANDONED"], 14)),
    )


async def _copy_by_hand(url: str, path: Path) -> float:
    """The seconds that it takes for the records that the import has just brought in."""
    connection = await asyncpg.connect(url)
    await connection.copy_from_query("SELECT * FROM calls", output=path, format="csv")
    began = time.perf_counter()
    async with connection.transaction():  # into a table that is new in it, as the import's are
        await connection.execute("CREATE TABLE by_hand (LIKE calls INCLUDING CONSTRAINTS)")
        await connection.copy_to_table("by_hand", source=path, format="csv")
        await connection.execute("ALTER TABLE by_hand ADD PRIMARY KEY (partner_id, external_id, week)")
    seconds = time.perf_counter() - began
    await connection.execute("DROP TABLE by_hand")
    await connection.close()
    return seconds


async def _sizes(url: str) -> tuple[int, int]:
    """The bytes of the records and of their roll-ups, with their keys."""
    connection = await asyncpg.connect(url)
    raw: int = await connection.fetchval(
        "SELECT sum(pg_total_relation_size(relid))::bigint FROM pg_partition_tree('calls')"
    )
    rolled_up: int = await connection.fetchval(
        "SELECT sum(pg_total_relation_size(name::regclass))::bigint FROM unnest($1::text[]) name",
        list(ROLL_UPS),
    )
    await connection.close()
    return raw, rolled_up


if __name__ == "__main__":
    main(sys.argv[1:])
