SELECT r.week, sum(good) AS good, sum(poor) AS poor, sum(unknown) AS unknown,
       sum(poor)::float8 / nullif(sum(good + poor), 0) AS "poorRate"
FROM calling_weeks r
WHERE r.partner_id = :partner AND r.week = ANY(:weeks::date[]) AND EXISTS (
    SELECT FROM license_states ls WHERE ls.partner_id = :partner AND ls.customer_id = r.customer_id
        AND ls.product = 'CALLING' AND ls.active AND r.week + 6 BETWEEN ls.start_date AND ls.end_date)
GROUP BY r.week ORDER BY r.week
