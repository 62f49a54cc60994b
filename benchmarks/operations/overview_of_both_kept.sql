-- Right on a day on which every kept position still is. The + 0 keeps it from the indexes by those days, which a
-- prepared statement's general plan would take, though nearly every row is valid.
WITH least AS (
    SELECT of.product, array_agg(0.5 * CASE WHEN peers >= 8 THEN median ELSE (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY assigned::float8 / total) FROM customer_positions p
        WHERE partner_id = :partner AND p.product = of.product AND total > 0
    ) END ORDER BY n) AS of_band
    FROM unnest(ARRAY['MEETINGS', 'CALLING']) AS of(product) CROSS JOIN generate_series(1, 4) n
    LEFT JOIN peer_medians m ON m.partner_id = :partner AND m.product = of.product AND m.band = n
    GROUP BY of.product
)
SELECT count(*) FILTER (WHERE started_on <= :as_of) AS "totalCustomers",
       count(*) FILTER (WHERE expires_on <= :as_of + 90) AS "nearingExpiration",
       count(*) FILTER (WHERE renews_on <= :as_of + 90) AS "nearingRenewal",
       (SELECT count(DISTINCT customer_id) FROM customer_positions p
        WHERE partner_id = :partner AND product IN ('MEETINGS', 'CALLING')
            AND :as_of BETWEEN valid_from + 0 AND valid_to + 0 AND total > 0
            AND assigned::float8 / total < (CASE product
                WHEN 'MEETINGS' THEN (SELECT of_band FROM least WHERE product = 'MEETINGS')
                ELSE (SELECT of_band FROM least WHERE product = 'CALLING')
            END)[width_bucket(total, ARRAY[1, 50, 250, 1000]::bigint[])]) AS "lowLicenseAssignment",
       count(*) FILTER (WHERE over_limit) AS "overLicenseLimit"
FROM customer_positions
WHERE partner_id = :partner AND product = 'ALL' AND :as_of BETWEEN valid_from + 0 AND valid_to + 0
