-- Right on a day on which every kept position still is.
SELECT count(*) FILTER (WHERE started_on <= :as_of) AS "totalCustomers",
       count(*) FILTER (WHERE expires_on <= :as_of + 90) AS "nearingExpiration",
       count(*) FILTER (WHERE renews_on <= :as_of + 90) AS "nearingRenewal",
       count(*) FILTER (WHERE total > 0 AND assigned::float8 / total < 0.5 * (
           SELECT array_agg(CASE WHEN peers >= 8 THEN median ELSE (
               SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY assigned::float8 / total) FROM customer_positions
               WHERE partner_id = :partner AND product = 'MEETINGS' AND total > 0
           ) END ORDER BY n)
           FROM generate_series(1, 4) n
           LEFT JOIN peer_medians ON partner_id = :partner AND product = 'MEETINGS' AND band = n
       )[width_bucket(total, ARRAY[1, 50, 250, 1000]::bigint[])]) AS "lowLicenseAssignment",
       count(*) FILTER (WHERE over_limit) AS "overLicenseLimit"
FROM customer_positions
WHERE partner_id = :partner AND product = 'MEETINGS' AND :as_of BETWEEN valid_from AND valid_to
