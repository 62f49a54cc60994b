"""What is asked of license analytics, how the rows of the SQL by hand become the same answer, and the bars."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PAGE = 50
WEEKS = 26

Record = dict[str, Any]
Shape = Callable[[list[Record]], Any]


def section(name: str) -> Shape:
    return lambda rows: {"analytics": {"licenses": {name: rows[0]}}}


def page(name: str, column: str, *state: str) -> Shape:
    """A section's rows, one of its columns by its own name, and what their states show."""

    def node(row: Record) -> Record:
        total, assigned = row["total"], row["assigned"]
        rate = assigned / total if total else None
        figures = row | {"available": max(total - assigned, 0), "assignmentRate": rate}
        return {
            "customer": {"customerId": row["customerId"], "name": row["name"]},
            "displayId": row["displayId"],
            column: row[column],
            "state": {name: figures[name] for name in ("total", "assigned", "used", "available", *state)},
        }

    def answer(rows: list[Record]) -> Any:
        found = {"nodes": [node(row) for row in rows[:PAGE]], "pageInfo": {"hasNextPage": len(rows) > PAGE}}
        return {"analytics": {"licenses": {name: {"rows": found}}}}

    return answer


def trend(rows: list[Record]) -> Any:
    return {"analytics": {"licenses": {"distributionTrend": rows}}}


@dataclass(frozen=True)
class Question:
    """A question, how the rows of its SQL become the answer, and the bars."""

    name: str
    what: str
    shape: Shape
    by_hand: float | None = 1.3
    of_floor: float | None = 3


QUESTIONS = (
    Question(
        "overview_of_both", "overview, both products", lambda rows: {"analytics": {"overview": rows[0]}}
    ),
    Question("overview_of_one", "overview, one product", section("overview")),
    Question("recently_added", "recently added", section("recentlyAdded")),
    Question("expiring", "expiring", section("expiring")),
    Question("renewing", "renewing", section("renewing")),
    Question("low_assignment", "low assignment", section("lowAssignment")),
    Question("overage", "overage", section("overage")),
    Question(
        "renewing_rows",
        f"renewing, first {PAGE} rows",
        page("renewing", "daysUntilRenewal", "usedLast90Days"),
        1.5,
        None,
    ),
    Question(
        "low_assignment_rows",
        f"low assignment, first {PAGE} rows",
        page("lowAssignment", "peerMedianAssignmentRate", "assignmentRate"),
        1.5,
        None,
    ),
    Question("trend", f"trend, {WEEKS} weeks", trend, None, None),
)
