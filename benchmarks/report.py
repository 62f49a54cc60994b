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
    shown = Table(title=title, title_justify="left", caption=conditions, caption_justify="left")
    for n, column in enumerate(COLUMNS):
        shown.add_column(column, justify="right" if n in (1, 3, 4) else "left", no_wrap=True)
    for result in results:
        style = "red" if result.verdict == "missed" else None
        shown.add_row(*result.cells, style=style)
    Console(width=None if os.isatty(1) else 130).print(shown)


def show_lines(title: str, text: str) -> None:
    print(f"{title}\n\n{text}")


def write(name: str, conditions: str, results: Sequence[Result]) -> None:
    """Put the table between the page's markers of that name."""
    rows = [COLUMNS, ("---", "--:", "---", "--:", "--:", "---", "---"), *(result.cells for result in results)]
    put(name, f"{conditions}\n\n{table(rows)}")


def table(rows: Sequence[Sequence[str]]) -> str:
    """The rows as Markdown has them."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def put(name: str, text: str) -> None:
    """Put the text between the page's markers of that name."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = PAGE.read_text()
    if begin not in page or end not in page:
        raise SystemExit(f"{PAGE} has no place for {name}: {begin} … {end}")
    section = f"{begin}\n{text}\n{end}"
    PAGE.write_text(re.sub(rf"{begin}.*?{end}", lambda _: section, page, flags=re.DOTALL))
