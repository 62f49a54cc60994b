SELECT c.external_id AS "customerId", coalesce(r.good, 0) AS good, coalesce(r.poor, 0) AS poor,
       r.poor::float8 / nullif(r.good + r.poor, 0) AS "poorRate"
FROM customers c
LEFT JOIN calling_weeks r ON r.partner_id = :partner AND r.week = :week AND r.customer_id = c.id
WHERE c.partner_id = :partner AND c.id IN (
    SELECT ls.customer_id FROM license_states ls WHERE ls.partner_id = :partner AND ls.product = 'CALLING'
        AND ls.active AND :week::date + 6 BETWEEN ls.start_date AND ls.end_date)
ORDER BY 4 DESC NULLS LAST, c.name, c.external_id LIMIT 50
