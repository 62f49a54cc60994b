WITH covered AS (
    SELECT w.week, ls.customer_id, sum(CASE WHEN ls.snapshot_on <= w.week + 6 THEN ls.assigned ELSE coalesce((
        SELECT u.assigned FROM license_usage u
        WHERE u.partner_id = :partner AND u.license_id = ls.license_id AND u.date <= w.week + 6
        ORDER BY u.date DESC LIMIT 1), 0) END) AS licensed
    FROM unnest(:weeks::date[]) w(week) JOIN license_states ls ON ls.partner_id = :partner AND ls.product = 'CALLING'
        AND ls.active AND w.week + 6 BETWEEN ls.start_date AND ls.end_date
    GROUP BY w.week, ls.customer_id
)
SELECT v.week, sum(v.licensed)::bigint AS "licensedUsers", sum(r.low_users + r.medium_users + r.high_users) AS "activeUsers",
       sum(greatest(v.licensed - coalesce(r.low_users + r.medium_users + r.high_users, 0), 0))::bigint AS none,
       sum(r.low_users) AS low, sum(r.medium_users) AS medium, sum(r.high_users) AS high, sum(r.calls) AS calls
FROM covered v LEFT JOIN calling_weeks r ON r.partner_id = :partner AND r.week = v.week AND r.customer_id = v.customer_id
GROUP BY v.week ORDER BY v.week
