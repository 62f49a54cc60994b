"""The example with a public data set: a made-up sample in its columns always, the data themselves when given.

PARTNERHUB_CALL_CENTER_FILE names February's file.
"""

import os
import runpy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.row_files import write_rows
from tests.rows import random_rows
from tests.server import command, environment, served
from tests.world import FULL

EXAMPLE = Path(__file__).parent.parent / "examples" / "call_center"
FEBRUARY = os.environ.get("PARTNERHUB_CALL_CENTER_FILE")
TREND = """query ($asOf: Date, $weeks: Int!) { analytics(asOf: $asOf) { calling { queues { trend(weeks: $weeks) {
  week { start } calls answered abandoned averageAnswerSeconds averageWaitBeforeAbandonmentSeconds
} } usage { trend(weeks: $weeks) { calls activeUsers licensedUsers } } } } }"""


async def calling(
    url: str, data_dir: Path, folder: Path, source: Path, weeks: int, as_of: str
) -> dict[str, Any]:
    """The figures after the conversion and the import of the file."""
    runpy.run_path(str(EXAMPLE / "convert.py"))["convert"](source, folder / "bank")
    admins = random_rows(1, 1, date(1999, 1, 1))["partner_admins"]
    write_rows({"partner_admins": admins}, folder / "admins")
    for files in ("admins", "bank"):
        command("import", files, "--partner", "Bank", env=environment(url, folder), cwd=folder)
    async with served(url, data_dir, "Bank") as api:
        answer = await api.ask(FULL, TREND, {"asOf": as_of, "weeks": weeks})
    found: dict[str, Any] = answer.data["analytics"]["calling"]
    return found


def waited(trend: list[dict[str, Any]], calls: str, mean: str) -> tuple[int, float]:
    """How many calls over the weeks, and how long they waited on average."""
    total: int = sum(week[calls] for week in trend)
    return total, sum(week[calls] * (week[mean] or 0) for week in trend) / total


async def test_the_sample(fresh_database_url: str, data_dir: Path, tmp_path: Path) -> None:
    found = await calling(fresh_database_url, data_dir, tmp_path, EXAMPLE / "sample.txt", 2, "1999-02-14")
    assert [week["week"]["start"] for week in found["queues"]["trend"]] == ["1999-01-31", "1999-02-07"]
    assert found["usage"]["trend"] == [
        {"calls": 4, "activeUsers": 3, "licensedUsers": 2},
        {"calls": 4, "activeUsers": 3, "licensedUsers": 2},
    ]
    trend = found["queues"]["trend"]
    assert [(week["calls"], week["answered"], week["abandoned"]) for week in trend] == [(3, 2, 1), (3, 2, 1)]
    assert [week["averageAnswerSeconds"] for week in trend] == [75, 15]
    assert [week["averageWaitBeforeAbandonmentSeconds"] for week in trend] == [30, 70]


@pytest.mark.skipif(not FEBRUARY, reason="PARTNERHUB_CALL_CENTER_FILE names no file")
async def test_february(fresh_database_url: str, data_dir: Path, tmp_path: Path) -> None:
    found = await calling(fresh_database_url, data_dir, tmp_path, Path(FEBRUARY or ""), 5, "1999-03-07")
    trend = found["queues"]["trend"]
    assert sum(week["calls"] for week in found["usage"]["trend"]) == 33_344 - 278
    answered, answer_wait = waited(trend, "answered", "averageAnswerSeconds")
    assert (answered, round(answer_wait, 2)) == (14_096, 78.57)
    abandoned, abandon_wait = waited(trend, "abandoned", "averageWaitBeforeAbandonmentSeconds")
    assert (abandoned, round(abandon_wait, 2)) == (3_932, 66.05)
