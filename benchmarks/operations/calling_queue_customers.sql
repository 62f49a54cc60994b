SELECT c.external_id AS "customerId", q.calls, q.abandoned, q.abandoned::float8 / q.calls AS "abandonedRate"
FROM (
    SELECT customer_id, sum(calls) AS calls, sum(abandoned) AS abandoned FROM calling_queue_weeks
    WHERE partner_id = :partner AND week = :week GROUP BY customer_id
) q JOIN customers c ON c.partner_id = :partner AND c.id = q.customer_id
WHERE c.id IN (
    SELECT ls.customer_id FROM license_states ls WHERE ls.partner_id = :partner AND ls.product = 'CALLING'
        AND ls.active AND :week::date + 6 BETWEEN ls.start_date AND ls.end_date)
ORDER BY 4 DESC, c.name, c.external_id LIMIT 50
