"""The state of license lines on a day: the terms of one line, and their sums over several.

`license_states` keeps each line's newest snapshot. Only a day before that snapshot needs a look into
`license_usage`, which is one step in its key.
"""

import re

from kpis.in_force import LINE_IN_FORCE

CHANGE_DAYS = 7


def _on(day: str, column: str, kept: str, missing: str) -> str:
    """The column of the newest snapshot dated on or before `day`; `missing` when there is none."""
    return (
        f"CASE WHEN ls.snapshot_on IS NULL THEN {missing} WHEN ls.snapshot_on <= {day} THEN {kept} "
        f"ELSE coalesce((SELECT u.{column} FROM license_usage u WHERE u.partner_id = ls.partner_id"
        f" AND u.license_id = ls.license_id AND u.date <= {day} ORDER BY u.date DESC LIMIT 1), {missing}) END"
    )


def assigned_on(day: str) -> str:
    """How many licenses of the line were assigned on the day; 0 before its first snapshot."""
    return _on(day, "assigned", "ls.assigned", "0")


_D = ":as_of::date"
_WEEK_BEFORE = f"({_D} - {CHANGE_DAYS})"

TOTAL = "ls.total"
ASSIGNED = assigned_on(_D)
USED = _on(_D, "used", "ls.used", "0")
AVAILABLE = f"greatest({TOTAL} - {ASSIGNED}, 0)"
USED_LAST_90_DAYS = _on(_D, "used_last_90_days", "ls.used_last_90_days", "0")
ASSIGNED_WEEK_BEFORE = _on(_WEEK_BEFORE, "assigned", "ls.assigned", "NULL")
USED_WEEK_BEFORE = _on(_WEEK_BEFORE, "used", "ls.used", "NULL")

LINE_TERMS = {
    "total": TOTAL,
    "assigned": ASSIGNED,
    "used": USED,
    "used_last_90_days": USED_LAST_90_DAYS,
    "assigned_week_before": ASSIGNED_WEEK_BEFORE,
    "used_week_before": USED_WEEK_BEFORE,
}
"""The terms of one line; `FIGURES` over a select of these, aliased `line`, gives the state."""

SELECT_LINE_TERMS = f"SELECT {', '.join(f'{sql} AS {name}' for name, sql in LINE_TERMS.items())}"
ONCE = "OFFSET 0"
"""Behind a select of terms: each is worked out once, though several figures go by it."""


def _rate(numerator: str, divisor: str) -> str:
    return f"sum({numerator})::float8 / nullif(sum({divisor}), 0)"


def _change(now: str, before: str) -> str:
    return f"sum({now} - {before})"  # null for a line without a snapshot then, which sum() passes over


FIGURES = {
    "total": "coalesce(sum(line.total), 0)",
    "assigned": "coalesce(sum(line.assigned), 0)",
    "used": "coalesce(sum(line.used), 0)",
    "used_last_90_days": "coalesce(sum(line.used_last_90_days), 0)",
    "available": "coalesce(sum(greatest(line.total - line.assigned, 0)), 0)",
    "overage": "coalesce(sum(greatest(line.assigned - line.total, 0)), 0)",
    "assignment_rate": _rate("line.assigned", "line.total"),
    "usage_rate": _rate("line.used", "line.total"),
    "usage_of_assigned_rate": _rate("line.used", "line.assigned"),
    "assignment_change": _change("line.assigned", "line.assigned_week_before"),
    "usage_change": _change("line.used", "line.used_week_before"),
}
"""Each figure of a license state: sums over lines first, divided afterwards."""

FIGURES_OF_TERMS = {name: sql.replace("sum(", "(") for name, sql in FIGURES.items()}
"""The same of the one line whose terms `line` is."""

FIGURES_OF_LINE = {
    name: re.sub(r"line\.(\w+)", lambda term: f"({LINE_TERMS[term[1]]})", sql)
    for name, sql in FIGURES_OF_TERMS.items()
}
"""The same of one line `ls`, in place: in a list, PostgreSQL then works them out for the rows of its page alone."""

OVER_LIMIT = f"({LINE_IN_FORCE} AND {ASSIGNED} > {TOTAL})"
"""A line in force with more licenses assigned than bought."""
