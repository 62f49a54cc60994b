"""`partnerhub import` of license usage: its rows a second and its memory, beside a plain COPY of the same rows.

The whole command is measured: starting, reading, checking, staging, merging, and what is derived. The limit is
what one would write by hand if nothing needed checking: COPY of the same rows, in the same order and with their
ids looked up already, into the same table with its key.
"""

import argparse
import asyncio
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import polars as pl

from server.embedded import start

COMMAND = Path(sys.executable).with_name("partnerhub")
DAYS = 250
LEAST_ROWS_A_SECOND = 100_000
MOST_MIB = 1536
_KIB_OF_MAXRSS = 1 / 1024 if sys.platform == "darwin" else 1


@dataclass(frozen=True)
class Run:
    """What a command took."""

    seconds: float
    mib: float


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="import_usage", description=__doc__)
    parser.add_argument(
        "--rows", type=int, default=1_000_000, help="rows of license_usage (default: a million)"
    )
    parser.add_argument("--format", choices=["csv", "parquet", "jsonl"], default="csv")
    options, _ = parser.parse_known_args(arguments)
    lines = max(options.rows // DAYS, 1)
    with TemporaryDirectory(prefix="partnerhub-bench-") as folder, database(Path(folder)) as url:
        files, next_day = Path(folder) / "files", Path(folder) / "next"
        aside(_write_files, files, lines, options.format)
        aside(_write_day, next_day, lines, options.format)
        run(url, "migrate")
        first = run(url, "import", str(files))
        by_hand = asyncio.run(_copy_by_hand(url, Path(folder) / "rows.csv"))
        again = run(url, "import", str(files))
        day = run(url, "import", str(next_day))
    rows = lines * DAYS
    print(f"license_usage, {rows:,} rows from {options.format}, {os.cpu_count()} cores")
    print(f"{'':24}{'seconds':>9}{'rows/s':>11}{'× COPY':>9}{'peak MiB':>10}")
    limit = rows / by_hand
    print(f"{'COPY by hand':24}{by_hand:9.1f}{limit:11,.0f}{1:9.2f}")
    for name, took, number in (
        ("import", first, rows),
        ("the same again", again, rows),
        ("one more day", day, lines),
    ):
        speed = number / took.seconds
        print(f"{name:24}{took.seconds:9.1f}{speed:11,.0f}{speed / limit:9.2f}{took.mib:10.0f}")
    speed = rows / first.seconds
    print(
        f"bar: {LEAST_ROWS_A_SECOND:,} rows/s {'held' if speed >= LEAST_ROWS_A_SECOND else 'MISSED'},"
        f" {MOST_MIB} MiB {'held' if first.mib <= MOST_MIB else 'MISSED'}"
    )


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """A database of the benchmark's own, on the server that is named or on an embedded one."""
    server = os.environ.get("PARTNERHUB_BENCH_DATABASE_URL") or os.environ.get("PARTNERHUB_TEST_DATABASE_URL")
    if server is None:
        with start(folder / "postgres") as embedded:
            yield embedded.url
        return
    name = f"partnerhub_bench_{secrets.token_hex(6)}"
    asyncio.run(_execute(server, f"CREATE DATABASE {name} TEMPLATE template0"))
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


def run(url: str, *arguments: str) -> Run:
    """Run a command to its end."""
    environment = os.environ | {"PARTNERHUB_DATABASE_URL": url}
    began = time.perf_counter()
    process = subprocess.Popen([COMMAND, *arguments], env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        sys.exit(f"partnerhub {' '.join(arguments)} failed")
    return Run(seconds, usage.ru_maxrss * _KIB_OF_MAXRSS / 1024)


def aside(write: Callable[..., None], *arguments: Path | int | str) -> None:
    """In a process of its own, for a command's peak memory is counted from what its parent holds."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        process.submit(write, *arguments).result()


def _write_day(folder: Path, lines: int, form: str) -> None:
    folder.mkdir()
    _write(_snapshots(lines, DAYS, DAYS + 1), folder / f"license_usage.{form}")


def _write_files(folder: Path, lines: int, form: str) -> None:
    """A line a subscription, four subscriptions a customer, a snapshot a line and day; the days one after the other."""
    folder.mkdir()
    subscriptions = pl.DataFrame({"n": range(lines)}).select(
        subscription_id=numbered("S", pl.col("n")), customer_id=numbered("C", pl.col("n") // 4)
    )
    customers = subscriptions.select(pl.col("customer_id").unique(maintain_order=True))
    terms = {
        "status": "ACTIVE",
        "added_on": "2025-01-01",
        "start_date": "2025-01-01",
        "end_date": "2027-01-01",
        "auto_renew": "true",
    }
    kept = {"managed_by": "EXTERNAL_ADMIN", "country": "US", "created_on": "2025-01-01", "suspended": "false"}
    _with(customers, name=pl.col("customer_id"), **kept).write_csv(folder / "customers.csv")
    _with(subscriptions, **terms).write_csv(folder / "subscriptions.csv")
    licenses = _with(subscriptions.select("subscription_id"), product="MEETINGS", quantity="100")
    licenses.write_csv(folder / "licenses.csv")
    _write(_snapshots(lines, 0, DAYS), folder / f"license_usage.{form}")


def numbered(letter: str, number: pl.Expr) -> pl.Expr:
    return pl.format("{}-{}", pl.lit(letter), number.cast(pl.String).str.zfill(8))


def _with(rows: pl.DataFrame, **columns: str | pl.Expr) -> pl.DataFrame:
    """The rows with more columns, texts being constant."""
    values = {name: pl.lit(value) if isinstance(value, str) else value for name, value in columns.items()}
    return rows.with_columns(**values)


def _snapshots(lines: int, first_day: int, end_day: int) -> pl.DataFrame:
    days = pl.DataFrame({"day": range(first_day, end_day)})
    number = pl.col("line") + pl.col("day")
    return days.join(pl.DataFrame({"line": range(lines)}), how="cross").select(
        subscription_id=numbered("S", pl.col("line")),
        product=pl.lit("MEETINGS"),
        date=pl.lit(date(2025, 1, 1)) + pl.duration(days=pl.col("day")),
        assigned=number % 113,
        used=number % 89,
        used_last_90_days=number % 97,
    )


def _write(rows: pl.DataFrame, path: Path) -> None:
    if path.suffix == ".csv":
        rows.write_csv(path)
    elif path.suffix == ".parquet":
        rows.write_parquet(path)
    else:
        rows.write_ndjson(path)


async def _copy_by_hand(url: str, path: Path) -> float:
    """The seconds that COPY takes for the rows that the import has just brought in."""
    connection = await asyncpg.connect(url)
    await connection.copy_from_query(
        "SELECT * FROM license_usage ORDER BY date, license_id", output=path, format="csv"
    )
    await connection.execute("CREATE TABLE by_hand (LIKE license_usage INCLUDING ALL)")
    began = time.perf_counter()
    await connection.copy_to_table("by_hand", source=path, format="csv")
    seconds = time.perf_counter() - began
    await connection.execute("DROP TABLE by_hand")
    await connection.close()
    return seconds


if __name__ == "__main__":
    main(sys.argv[1:])
