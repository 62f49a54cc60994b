SELECT count(DISTINCT customer_id) AS customers,
       sum(assigned)::float8 / nullif(sum(total), 0) AS "assignmentRate",
       sum(used)::float8 / nullif(sum(total), 0) AS "usageRate"
FROM license_states
WHERE partner_id = :partner AND product = 'MEETINGS' AND active AND start_date <= :as_of AND NOT auto_renew AND end_date BETWEEN :as_of AND :as_of + 90
    AND customer_id NOT IN (SELECT customer_id FROM own_organizations WHERE partner_id = :partner AND customer_id IS NOT NULL)
