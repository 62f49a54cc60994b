"""License distribution over time: as changes by day, whose running sum is the state.

A line brings its total on its first day in force and takes it away after its last; each of its snapshots brings
what was assigned and used from its date (but not before the line's first day) until the next one, or the line's
end. Changes add up: over lines, so that they can be rolled up, and over days, so that a trend reads few rows.
"""

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from models.call_weeks import week_of


class Interval(StrEnum):
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


def bucket_start(day: date, interval: Interval) -> date:
    """The first day of the bucket that holds the day."""
    if interval is Interval.DAY:
        return day
    if interval is Interval.MONTH:
        return day.replace(day=1)
    return week_of(day)


@lru_cache(16)
def buckets(as_of: date, interval: Interval, last: int) -> tuple[tuple[date, date], ...]:
    """The last `last` buckets, oldest first, as first and last day; the newest ends on `as_of`."""
    found = []
    end = as_of
    for _ in range(last):
        start = bucket_start(end, interval)
        found.append((start, end))
        end = start - timedelta(days=1)
    return tuple(reversed(found))


def changes(lines: str, by: str = "product", *, since: bool = False) -> str:
    """SELECT of (`by`, date, total, assigned, used): the changes of the lines that `lines` selects.

    `lines` is a SELECT of active lines from license_states: others were never in force. With `since` it also
    selects a date of that name for each line: then just the changes that usage from that day on has a part in,
    or all of them where it is -infinity.
    """
    read, totals = "", ""
    if since:
        # From the snapshot before that day on: the one whose end the usage settles.
        lines = f"""
            SELECT s.*, coalesce((SELECT max(p.date) FROM license_usage p WHERE p.partner_id = :partner
                AND p.license_id = s.license_id AND p.date < s.since), '-infinity') AS reads_from FROM ({lines}) s"""
        read = " AND u.date >= l.reads_from"
        totals = " WHERE since = '-infinity'"
    return f"""
    WITH lines AS MATERIALIZED ({lines}), snapshots AS (
        SELECT l.{by}, greatest(u.date, l.start_date) AS valid_from,
               least(lead(u.date) OVER (PARTITION BY u.license_id ORDER BY u.date) - 1, l.end_date) AS valid_to,
               u.assigned, u.used
        FROM lines l JOIN license_usage u ON u.partner_id = l.partner_id AND u.license_id = l.license_id
        WHERE u.partner_id = :partner AND u.date <= l.end_date{read}
    )
    SELECT {by}, date, sum(total)::bigint AS total, sum(assigned)::bigint AS assigned, sum(used)::bigint AS used
    FROM (
        SELECT {by}, start_date AS date, total, 0 AS assigned, 0 AS used FROM lines{totals}
        UNION ALL SELECT {by}, end_date + 1, -total, 0, 0 FROM lines{totals}
        UNION ALL SELECT {by}, valid_from, 0, assigned, used FROM snapshots WHERE valid_from <= valid_to
        UNION ALL SELECT {by}, valid_to + 1, 0, -assigned, -used FROM snapshots WHERE valid_from <= valid_to
    ) change GROUP BY {by}, date"""


_TERMS = ("total", "assigned", "used")
_SUMS = ", ".join(f"sum({term}) AS {term}" for term in _TERMS)
_STATE = ", ".join(f"coalesce(sum({term}) OVER before, 0)::bigint AS {term}" for term in _TERMS)
# The place of the first of the days (which ascend) that a change comes into: 0 for the first one.
_PLACE = "width_bucket(date - 1, :days::date[])"


def trend(of_changes: str) -> str:
    """SELECT of the state on each of `:days`, in their order."""
    return f"""
    WITH change AS (SELECT {_PLACE} AS place, {_SUMS} FROM ({of_changes}) change GROUP BY 1)
    SELECT bucket.day, {_STATE}
    FROM unnest(:days::date[]) WITH ORDINALITY AS bucket(day, n) LEFT JOIN change ON change.place = bucket.n - 1
    WINDOW before AS (ORDER BY bucket.n) ORDER BY bucket.n"""


def trend_by_parent(of_changes: str) -> str:
    """SELECT of the state of each of `:parents` on each of `:days`, in their order."""
    return f"""
    WITH change AS (SELECT parent_id, {_PLACE} AS place, {_SUMS} FROM ({of_changes}) change GROUP BY 1, 2)
    SELECT parent.id AS parent_id, bucket.day, {_STATE}
    FROM unnest(:parents::bigint[]) AS parent(id)
    CROSS JOIN unnest(:days::date[]) WITH ORDINALITY AS bucket(day, n)
    LEFT JOIN change ON change.parent_id = parent.id AND change.place = bucket.n - 1
    WINDOW before AS (PARTITION BY parent.id ORDER BY bucket.n) ORDER BY parent.id, bucket.n"""


ROLLED_UP = """
SELECT product, date, total, assigned, used FROM license_changes
WHERE partner_id = :partner AND product = ANY(:kpi_products::text[]) AND date <= :as_of"""
"""The changes of all the partner's customers until D, as they are kept."""
