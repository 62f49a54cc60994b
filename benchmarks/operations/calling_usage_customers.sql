SELECT c.external_id AS "customerId", coalesce(now.calls, 0) AS calls,
       coalesce(now.low_users + now.medium_users + now.high_users, 0) AS "activeUsers",
       coalesce(now.calls, 0) - coalesce(before.calls, 0) AS "callsChange"
FROM customers c
LEFT JOIN calling_weeks now ON now.partner_id = :partner AND now.week = :week AND now.customer_id = c.id
LEFT JOIN calling_weeks before ON before.partner_id = :partner AND before.week = :week::date - 7
    AND before.customer_id = c.id AND EXISTS (
        SELECT FROM license_states ls WHERE ls.partner_id = :partner AND ls.customer_id = c.id AND ls.product = 'CALLING'
            AND ls.active AND :week::date - 1 BETWEEN ls.start_date AND ls.end_date)
WHERE c.partner_id = :partner AND c.id IN (
    SELECT ls.customer_id FROM license_states ls WHERE ls.partner_id = :partner AND ls.product = 'CALLING'
        AND ls.active AND :week::date + 6 BETWEEN ls.start_date AND ls.end_date)
ORDER BY 2 DESC, c.name, c.external_id LIMIT 50
