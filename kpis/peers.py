"""Low license assignment: a customer's rate beside the median of its peers.

Peers are the partner's customers with licenses of the product, whoever looks, in the same size band by their
licenses; or all of them, where the band holds too few.
"""

from kpis.in_force import LINE_IN_FORCE
from kpis.license_state import ASSIGNED, TOTAL

_SLACK = 1 - 1e-12
"""Rates this close to the limit are at it: a median between two rates is rounded, and at is not below."""

PEERS = f"""(
    WITH rates AS MATERIALIZED (
        SELECT ls.product, ls.customer_id, sum({ASSIGNED})::float8 / sum({TOTAL}) AS rate,
               width_bucket(sum({TOTAL}), :size_bands::bigint[]) AS band
        FROM license_states ls
        WHERE ls.partner_id = :partner AND ls.product = ANY(:kpi_products::text[]) AND {LINE_IN_FORCE}
              AND ls.customer_id NOT IN (SELECT o.id FROM customers o
                                         WHERE o.partner_id = :partner AND o.is_own_organization)
        GROUP BY ls.product, ls.customer_id HAVING sum({TOTAL}) > 0
    ), bands AS MATERIALIZED (
        SELECT product, band, count(*) AS peers, percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) AS median
        FROM rates GROUP BY product, band
    ), everyone AS MATERIALIZED (
        SELECT product, percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) AS median
        FROM rates WHERE product IN (SELECT product FROM bands WHERE peers < :minimum_peers::int)
        GROUP BY product
    ), medians AS (
        SELECT product, band, CASE WHEN peers < :minimum_peers::int THEN everyone.median ELSE bands.median END AS median
        FROM bands LEFT JOIN everyone USING (product)
    )
    SELECT rates.product, rates.customer_id, medians.median,
           rates.rate < medians.median * :share_of_median::float8 * {_SLACK!r} AS is_low
    FROM rates JOIN medians USING (product, band)
)"""
"""A row for each customer and product with licenses in force: its peers' median, and whether it is low."""

PEER_JOIN = f"LEFT JOIN {PEERS} peer ON peer.product = ls.product AND peer.customer_id = ls.customer_id"

IS_LOW = f"(coalesce(peer.is_low, false) AND {LINE_IN_FORCE})"
"""A line in force of a customer that is low for the line's product."""
