SELECT count(DISTINCT customer_id) AS customers,
       coalesce(sum(assigned - total), 0) AS "licensesInOverage",
       sum(assigned - total)::float8 / nullif(count(DISTINCT customer_id), 0) AS "averageOverage"
FROM license_states
WHERE partner_id = :partner AND product = 'MEETINGS' AND active AND start_date <= :as_of AND end_date >= :as_of AND assigned > total
    AND customer_id NOT IN (SELECT customer_id FROM own_organizations WHERE partner_id = :partner AND customer_id IS NOT NULL)
