-- The snapshots of this partner are all dated on Saturdays, one a line and week: each day reads its newest Saturday.
WITH bucket AS (
    SELECT day, day - (extract(dow FROM day)::int + 1) % 7 AS saturday FROM unnest(:days::date[]) AS day
), line AS (
    SELECT license_id, start_date, end_date, total
    FROM license_states WHERE partner_id = :partner AND product = 'MEETINGS' AND active
), usage AS (
    SELECT day, sum(assigned)::bigint AS assigned, sum(used)::bigint AS used
    FROM license_usage JOIN line USING (license_id) JOIN bucket ON saturday = date
    WHERE partner_id = :partner AND start_date <= day AND end_date >= day
    GROUP BY day
), bought AS (
    SELECT day, sum(total) AS total FROM bucket JOIN line ON start_date <= day AND end_date >= day GROUP BY day
)
SELECT day AS "to", coalesce(total, 0) AS total, coalesce(assigned, 0) AS assigned, coalesce(used, 0) AS used
FROM bucket LEFT JOIN bought USING (day) LEFT JOIN usage USING (day) ORDER BY day
