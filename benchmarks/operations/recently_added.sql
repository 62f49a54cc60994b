SELECT count(DISTINCT customer_id) AS "newCustomers",
       coalesce(sum(total), 0) AS "totalLicenses"
FROM license_states
WHERE partner_id = :partner AND product = 'MEETINGS' AND active AND start_date <= :as_of AND end_date >= :as_of AND added_on BETWEEN :as_of - 90 AND :as_of
    AND customer_id NOT IN (SELECT customer_id FROM own_organizations WHERE partner_id = :partner AND customer_id IS NOT NULL)
