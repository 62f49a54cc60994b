WITH customer AS MATERIALIZED (
    SELECT sum(total) AS total, sum(assigned) AS assigned, sum(used) AS used,
           sum(greatest(total - assigned, 0)) AS available,
           sum(assigned)::float8 / sum(total) AS rate,
           width_bucket(sum(total), ARRAY[1, 50, 250, 1000]) AS band
    FROM license_states
    WHERE partner_id = :partner AND product = 'MEETINGS' AND active AND start_date <= :as_of AND end_date >= :as_of
        AND customer_id NOT IN (SELECT customer_id FROM own_organizations WHERE partner_id = :partner AND customer_id IS NOT NULL)
    GROUP BY customer_id HAVING sum(total) > 0
), peers AS (
    SELECT band, count(*) AS number, percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) AS median
    FROM customer GROUP BY band
), compared AS (
    SELECT band, 0.5 * CASE
        WHEN number < 8 THEN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) FROM customer)
        ELSE median END AS least
    FROM peers
)
SELECT count(*) AS customers,
       sum(assigned)::float8 / nullif(sum(total), 0) AS "assignmentRate",
       sum(used)::float8 / nullif(sum(assigned), 0) AS "usageOfAssignedRate",
       sum(used)::float8 / nullif(sum(total), 0) AS "usageRate",
       coalesce(sum(available), 0)::bigint AS "unassignedLicenses"
FROM customer JOIN compared USING (band) WHERE rate < least
