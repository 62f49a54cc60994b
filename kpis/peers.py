"""Low license assignment: a customer's rate beside the median of its peers.

Peers are the partner's customers with licenses of the product, whoever looks, in the same size band by their
licenses; or all of them, where the band holds too few.
"""

from kpis.in_force import LINE_IN_FORCE
from kpis.positions import PRODUCTS, positions, stale

_SLACK = 1 - 1e-12
"""Rates this close to the limit are at it: a median between two rates is rounded, and at is not below."""

_OWN = "ALL(ARRAY(SELECT o.id FROM customers o WHERE o.partner_id = :partner AND o.is_own_organization))"


def _rates(product: str, stale_ones: str | None = None) -> str:
    return f"""
    SELECT product, customer_id, assigned::float8 / total AS rate, width_bucket(total, :size_bands::bigint[]) AS band
    FROM ({positions(product, stale_ones)}) position WHERE total > 0 AND customer_id <> {_OWN}"""


def medians(product: str, stale_ones: str | None = None) -> str:
    """SELECT of (product, band, peers, median) on D, computed."""
    return f"""
    SELECT product, band, count(*) AS peers, percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) AS median
    FROM ({_rates(product, stale_ones)}) rate GROUP BY product, band"""


_OF_PRODUCTS = "= ANY(:kpi_products::text[])"


def _median_of_band(product: str) -> str:
    """The medians of a product's bands as an array, from band 0 on: looked up, not joined, at each row."""
    return (
        "(SELECT array_agg(medians.median ORDER BY n) FROM generate_series(0, cardinality(:size_bands::bigint[])) n"
        f" LEFT JOIN medians ON medians.product = '{product}' AND medians.band = n)[rate.band + 1]"
    )


_MEDIAN = "CASE rate.product " + " ".join(f"WHEN '{p}' THEN {_median_of_band(p)}" for p in PRODUCTS) + " END"

# Most customers are above the limit of every band, which is cheaper to find than their band.
_LIMIT = f"{{median}} * :share_of_median::float8 * {_SLACK!r}"

PEERS = f"""(
    WITH stale AS MATERIALIZED ({stale(_OF_PRODUCTS)}), kept AS MATERIALIZED (
        SELECT m.product, m.band, m.peers, m.median FROM peer_medians m
        WHERE m.partner_id = :partner AND m.product {_OF_PRODUCTS}
              AND m.as_of = :as_of AND m.size_bands = :size_bands::bigint[]
    ), bands AS MATERIALIZED (
        SELECT * FROM kept
        UNION ALL SELECT * FROM ({medians(_OF_PRODUCTS, "stale")}) computed WHERE NOT EXISTS (SELECT FROM kept)
    ), everyone AS MATERIALIZED (
        SELECT product, percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) AS median
        FROM ({_rates(_OF_PRODUCTS, "stale")}) rate
        WHERE product = ANY(ARRAY(SELECT bands.product FROM bands WHERE bands.peers < :minimum_peers::int))
        GROUP BY product
    ), medians AS MATERIALIZED (
        SELECT product, band, CASE WHEN peers < :minimum_peers::int THEN everyone.median ELSE bands.median END AS median
        FROM bands LEFT JOIN everyone USING (product)
    )
    SELECT product, customer_id, median, rate < {_LIMIT.format(median="(SELECT max(median) FROM medians)")}
           AND rate < {_LIMIT.format(median="median")} AS is_low
    FROM (SELECT rate.*, {_MEDIAN} AS median FROM ({_rates(_OF_PRODUCTS, "stale")}) rate) rate
)"""
"""A row for each customer and product with licenses in force: its peers' median, and whether it is low."""

PEER_JOIN = f"LEFT JOIN {PEERS} peer ON peer.product = ls.product AND peer.customer_id = ls.customer_id"

IS_LOW = f"(peer.is_low AND {LINE_IN_FORCE})"
"""A line in force of a customer that is low for the line's product."""
