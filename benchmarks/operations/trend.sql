WITH bucket AS (
    SELECT width_bucket(date - 1, :days::date[]) AS n, sum(total) AS total, sum(assigned) AS assigned, sum(used) AS used
    FROM license_changes WHERE partner_id = :partner AND product = 'MEETINGS' AND date <= :as_of
    GROUP BY n
)
SELECT day AS "to", coalesce(sum(total) OVER w, 0)::bigint AS total,
       coalesce(sum(assigned) OVER w, 0)::bigint AS assigned, coalesce(sum(used) OVER w, 0)::bigint AS used
FROM unnest(:days::date[]) WITH ORDINALITY AS d(day, place) LEFT JOIN bucket ON n = place - 1
WINDOW w AS (ORDER BY day)
