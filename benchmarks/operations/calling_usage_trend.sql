SELECT week, sum(licensed) AS "licensedUsers", sum(low_users + medium_users + high_users) AS "activeUsers",
       sum(greatest(licensed - (low_users + medium_users + high_users), 0))::bigint AS none,
       sum(low_users) AS low, sum(medium_users) AS medium, sum(high_users) AS high, sum(calls) AS calls
FROM calling_weeks
WHERE partner_id = :partner AND week = ANY(:weeks::date[]) AND licensed IS NOT NULL
GROUP BY week ORDER BY week
