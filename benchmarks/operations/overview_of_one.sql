WITH customer AS MATERIALIZED (
    SELECT sum(total) FILTER (WHERE active AND end_date >= :as_of) AS total,
           sum(assigned) FILTER (WHERE active AND end_date >= :as_of) AS assigned,
           bool_or(active AND NOT auto_renew AND end_date BETWEEN :as_of AND :as_of + 90) AS expires,
           bool_or(active AND auto_renew AND end_date BETWEEN :as_of AND :as_of + 90) AS renews,
           bool_or(active AND end_date >= :as_of AND assigned > total) AS over
    FROM license_states
    WHERE partner_id = :partner AND product = 'MEETINGS' AND start_date <= :as_of
        AND customer_id NOT IN (SELECT customer_id FROM own_organizations WHERE partner_id = :partner AND customer_id IS NOT NULL)
    GROUP BY customer_id
), sized AS MATERIALIZED (
    SELECT assigned::float8 / total AS rate, width_bucket(total, ARRAY[1, 50, 250, 1000]) AS band
    FROM customer WHERE total > 0
), peers AS (
    SELECT band, count(*) AS number, percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) AS median
    FROM sized GROUP BY band
), compared AS (
    SELECT band, 0.5 * CASE
        WHEN number < 8 THEN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) FROM sized)
        ELSE median END AS least
    FROM peers
)
SELECT count(*) AS "totalCustomers",
       count(*) FILTER (WHERE expires) AS "nearingExpiration",
       count(*) FILTER (WHERE renews) AS "nearingRenewal",
       (SELECT count(*) FROM sized JOIN compared USING (band) WHERE rate < least) AS "lowLicenseAssignment",
       count(*) FILTER (WHERE over) AS "overLicenseLimit"
FROM customer
