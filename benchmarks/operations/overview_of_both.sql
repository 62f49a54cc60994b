WITH customer AS MATERIALIZED (
    SELECT customer_id, product,
           sum(total) FILTER (WHERE active AND end_date >= :as_of) AS total,
           sum(assigned) FILTER (WHERE active AND end_date >= :as_of) AS assigned,
           bool_or(active AND NOT auto_renew AND end_date BETWEEN :as_of AND :as_of + 90) AS expires,
           bool_or(active AND auto_renew AND end_date BETWEEN :as_of AND :as_of + 90) AS renews,
           bool_or(active AND end_date >= :as_of AND assigned > total) AS over
    FROM license_states
    WHERE partner_id = :partner AND product IN ('MEETINGS', 'CALLING') AND start_date <= :as_of
        AND customer_id NOT IN (SELECT customer_id FROM own_organizations WHERE partner_id = :partner AND customer_id IS NOT NULL)
    GROUP BY product, customer_id
), sized AS MATERIALIZED (
    SELECT customer_id, product, assigned::float8 / total AS rate,
           width_bucket(total, ARRAY[1, 50, 250, 1000]) AS band
    FROM customer WHERE total > 0
), peers AS (
    SELECT product, band, count(*) AS number, percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) AS median
    FROM sized GROUP BY product, band
), compared AS (
    SELECT product, band, 0.5 * CASE
        WHEN number < 8 THEN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY rate)
                              FROM sized WHERE product = peers.product)
        ELSE median END AS least
    FROM peers
)
SELECT count(DISTINCT customer_id) AS "totalCustomers",
       count(DISTINCT customer_id) FILTER (WHERE expires) AS "nearingExpiration",
       count(DISTINCT customer_id) FILTER (WHERE renews) AS "nearingRenewal",
       (SELECT count(DISTINCT customer_id) FROM sized JOIN compared USING (product, band)
        WHERE rate < least) AS "lowLicenseAssignment",
       count(DISTINCT customer_id) FILTER (WHERE over) AS "overLicenseLimit"
FROM customer
