"""Keeping how many licensed users each week's customers have, while their license lines change.

Weeks of which the partner has calls are kept in calling_weeks: there every customer that the week covers has a row,
with its licensed users. Of any other week they are computed, by the same expressions.
"""

from kpis.calling import covering_lines, last_day_of, licensed_users

KEPT_WEEKS = """
SELECT week FROM (
    SELECT first + 7 * n AS week FROM (
        SELECT min(week) AS first, max(week) AS last FROM calling_weeks WHERE partner_id = :partner
    ) bounds, generate_series(0, (last - first) / 7) n
) sunday WHERE EXISTS (SELECT FROM calling_weeks k WHERE k.partner_id = :partner AND k.week = sunday.week)
"""
NOT_KEPT = """ARRAY(
    SELECT sunday FROM unnest(:weeks::date[]) sunday WHERE (
        SELECT true FROM calling_weeks k WHERE k.partner_id = :partner AND k.week = sunday
        ORDER BY k.customer_id LIMIT 1) IS NULL)"""
"""Those of the weeks that are not kept. Each is one step in the key, by which the order makes PostgreSQL go."""


def covered(week: str, lines: str = "true", *, of: str = "") -> str:
    """SELECT of the customers that a week covers, each with its licensed users. `of` is a FROM clause for the week."""
    on = last_day_of(week)
    return f"""
    SELECT {week} AS week, ls.customer_id, {licensed_users(on)} AS licensed
    FROM {of}license_states ls WHERE {covering_lines(on)} AND {lines} GROUP BY 1, 2"""


_CHANGING = f"{last_day_of('{week}')} >= c.since"
_NOW_COVERED = covered(
    "wk.week",
    f"ls.customer_id = c.id AND {_CHANGING.format(week='wk.week')}",
    of="unnest(:weeks::date[]) wk(week), changing_customers c, ",
)
_COVER = f"""
INSERT INTO calling_weeks AS kept (partner_id, week, customer_id, calls, seconds, low_users, medium_users, high_users,
                                   good, poor, unknown, licensed)
SELECT :partner, week, customer_id, 0, 0, 0, 0, 0, 0, 0, 0, licensed FROM ({_NOW_COVERED}) covered
ORDER BY week, customer_id
ON CONFLICT (partner_id, week, customer_id) DO UPDATE SET licensed = excluded.licensed
WHERE kept.licensed IS DISTINCT FROM excluded.licensed
"""
_NOT_COVERED = f"""
cw.partner_id = :partner AND cw.week = ANY(:weeks::date[]) AND cw.customer_id = c.id AND cw.licensed IS NOT NULL
AND {_CHANGING.format(week="cw.week")} AND NOT EXISTS (
    SELECT FROM license_states ls WHERE {covering_lines(last_day_of("cw.week"))} AND ls.customer_id = cw.customer_id)
"""
_UNCOVER = f"UPDATE calling_weeks cw SET licensed = NULL FROM changing_customers c WHERE {_NOT_COVERED}"
_FORGET = f"DELETE FROM calling_weeks cw USING changing_customers c WHERE cw.calls = 0 AND {_NOT_COVERED}"

REFRESH = (_COVER, _FORGET, _UNCOVER)
"""Bring the weeks `:weeks` up to date for the customers of the table changing_customers, each `since` a day."""
