SELECT c.name, c.external_id AS "customerId", s.external_id AS "displayId", ls.end_date - :as_of AS "daysUntilRenewal",
       ls.total, ls.assigned, ls.used, ls.used_last_90_days AS "usedLast90Days"
FROM license_states ls
JOIN customers c ON c.partner_id = :partner AND c.id = ls.customer_id
JOIN licenses l ON l.partner_id = :partner AND l.id = ls.license_id
JOIN subscriptions s ON s.partner_id = :partner AND s.id = l.subscription_id
WHERE ls.partner_id = :partner AND ls.product = 'MEETINGS' AND NOT c.is_own_organization
    AND ls.active AND ls.auto_renew AND ls.start_date <= :as_of AND ls.end_date BETWEEN :as_of AND :as_of + 90
ORDER BY c.name, c.external_id, s.external_id, ls.license_id
LIMIT 51
