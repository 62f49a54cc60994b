WITH customer AS MATERIALIZED (
    SELECT customer_id, sum(assigned)::float8 / sum(total) AS rate,
           width_bucket(sum(total), ARRAY[1, 50, 250, 1000]) AS band
    FROM license_states
    WHERE partner_id = :partner AND product = 'MEETINGS' AND active AND start_date <= :as_of AND end_date >= :as_of
        AND customer_id NOT IN (SELECT customer_id FROM own_organizations WHERE partner_id = :partner AND customer_id IS NOT NULL)
    GROUP BY customer_id HAVING sum(total) > 0
), peers AS (
    SELECT band, count(*) AS number, percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) AS median
    FROM customer GROUP BY band
), compared AS (
    SELECT band, median, 0.5 * median AS least FROM (
        SELECT band, CASE
            WHEN number < 8 THEN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) FROM customer)
            ELSE median END AS median
        FROM peers
    ) peer
), first AS (
    SELECT c.id, c.name, c.external_id, compared.median
    FROM customer JOIN compared USING (band) JOIN customers c ON c.partner_id = :partner AND c.id = customer.customer_id
    WHERE rate < least
    ORDER BY c.name, c.external_id LIMIT 51
)
SELECT first.name, first.external_id AS "customerId", coalesce(s.external_id, 'Enterprise trial') AS "displayId",
       ls.total, ls.assigned, ls.used, first.median AS "peerMedianAssignmentRate"
FROM first
JOIN license_states ls ON ls.partner_id = :partner AND ls.product = 'MEETINGS' AND ls.customer_id = first.id
    AND ls.active AND ls.start_date <= :as_of AND ls.end_date >= :as_of
JOIN licenses l ON l.partner_id = :partner AND l.id = ls.license_id
LEFT JOIN subscriptions s ON s.partner_id = :partner AND s.id = l.subscription_id
LEFT JOIN trials t ON t.partner_id = :partner AND t.id = l.trial_id
ORDER BY first.name, first.external_id, coalesce(s.external_id, t.external_id), ls.license_id
LIMIT 51
