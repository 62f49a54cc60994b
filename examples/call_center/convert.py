"""Converts the 'Anonymous Bank' call-centre data to the import's files: convert.py FEBRUARY.TXT FOLDER."""

import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

BANK = "ANONYMOUS-BANK"
SUBSCRIPTION = "ANONYMOUS-BANK-1999"
YEAR = ("1999-01-01", "1999-12-31")
NOBODY = "switchboard"
QUEUE_OUTCOMES = {"AGENT": "ANSWERED", "HANG": "ABANDONED"}

Record = dict[str, str]


def records(path: Path) -> Iterator[Record]:
    """The rows under the names of the header."""
    with path.open(encoding="ascii") as file:
        header = next(file).split()
        for line in file:
            if values := line.split():
                yield dict(zip(header, values, strict=True))


def calls(rows: Iterable[Record]) -> Iterator[Record]:
    """The rows as call records; phantom calls are none."""
    for row in rows:
        if row["outcome"] == "PHANTOM":
            continue
        wait = int(row["q_time"])
        # Only together do these tell calls apart; the clock may say 7:02:47 or 07:02:47.
        hours, minutes, seconds = (int(part) for part in row["vru_entry"].split(":"))
        day = datetime.strptime(row["date"], "%y%m%d")
        started_at = day + timedelta(hours=hours, minutes=minutes, seconds=seconds)
        yield {
            "call_id": f"{row['vru+line']}-{row['call_id']}-{started_at:%Y%m%dT%H%M%S}",
            "customer_id": BANK,
            "user_id": NOBODY if row["server"] == "NO_SERVER" else row["server"],
            "started_at": f"{started_at.isoformat()}Z",
            "duration_seconds": str(max(int(row["ser_time"]), 0)),
            "direction": "INBOUND",
            "outcome": "ANSWERED" if row["outcome"] == "AGENT" else "UNANSWERED",
            "features": "CALL_QUEUE" if wait > 0 else "",
            "queue": row["type"] if wait > 0 else "",
            "queue_wait_seconds": str(wait) if wait > 0 else "",
            "queue_outcome": QUEUE_OUTCOMES[row["outcome"]] if wait > 0 else "",
        }


def convert(path: Path, folder: Path) -> None:
    """Writes the bank, its subscription and its calls into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    found = list(calls(records(path)))
    agents = len({call["user_id"] for call in found} - {NOBODY})
    start, end = YEAR
    customer = {"customer_id": BANK, "name": "Anonymous Bank", "managed_by": "EXTERNAL_ADMIN"}
    write(folder, "customers", [customer | {"country": "IL", "created_on": start, "suspended": "false"}])
    subscription = {"subscription_id": SUBSCRIPTION, "customer_id": BANK, "status": "ACTIVE"}
    dates = {"added_on": start, "start_date": start, "end_date": end, "auto_renew": "false"}
    write(folder, "subscriptions", [subscription | dates])
    line = {"subscription_id": SUBSCRIPTION, "product": "CALLING"}
    write(folder, "licenses", [line | {"quantity": str(agents)}])
    usage = {"date": start, "assigned": str(agents), "used": str(agents), "used_last_90_days": str(agents)}
    write(folder, "license_usage", [line | usage])
    write(folder, "calls", found)


def write(folder: Path, table: str, rows: list[Record]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
