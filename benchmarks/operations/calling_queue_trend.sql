SELECT r.week, sum(calls) AS calls, sum(abandoned) AS abandoned,
       sum(answer_seconds) / nullif(sum(answer_waits), 0) AS "averageAnswerSeconds",
       sum(abandoned)::float8 / nullif(sum(calls), 0) AS "abandonedRate"
FROM calling_queue_weeks r
WHERE r.partner_id = :partner AND r.week = ANY(:weeks::date[]) AND EXISTS (
    SELECT FROM license_states ls WHERE ls.partner_id = :partner AND ls.customer_id = r.customer_id
        AND ls.product = 'CALLING' AND ls.active AND r.week + 6 BETWEEN ls.start_date AND ls.end_date)
GROUP BY r.week ORDER BY r.week
