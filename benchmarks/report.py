"""What the benchmarks have found: a table on the terminal, and in docs/performance.md."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.race import Result

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
COLUMNS = ("", "ms", "beside", "ms", "times", "bar", "")


def machine() -> str:
    """What it ran on, and how busy that was otherwise."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def show(title: str, conditions: str, results: Sequence[Result]) -> None:
    table = Table(title=title, title_justify="left", caption=conditions, caption_justify="left")
    for n, column in enumerate(COLUMNS):
        table.add_column(column, justify="right" if n in (1, 3, 4) else "left", no_wrap=True)
    for result in results:
        style = "red" if result.verdict == "missed" else None
        table.add_row(*result.cells, style=style)
    Console(width=None if os.isatty(1) else 130).print(table)


def write(name: str, conditions: str, results: Sequence[Result]) -> None:
    """Put the table between the page's markers of that name."""
    rows = [COLUMNS, ("---", "--:", "---", "--:", "--:", "---", "---"), *(result.cells for result in results)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = PAGE.read_text()
    if begin not in page or end not in page:
        raise SystemExit(f"{PAGE} has no place for {name}: {begin} … {end}")
    section = f"{begin}\n{conditions}\n\n{table}\n{end}"
    PAGE.write_text(re.sub(rf"{begin}.*?{end}", lambda _: section, page, flags=re.DOTALL))
