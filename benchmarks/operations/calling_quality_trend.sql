SELECT week, sum(good) AS good, sum(poor) AS poor, sum(unknown) AS unknown,
       sum(poor)::float8 / nullif(sum(good + poor), 0) AS "poorRate"
FROM calling_weeks
WHERE partner_id = :partner AND week = ANY(:weeks::date[]) AND licensed IS NOT NULL
GROUP BY week ORDER BY week
