"""Low license assignment: a customer's rate beside the median of its peers.

Peers are the partner's customers with licenses of the product, whoever looks, in the same size band by their
licenses; or all of them, where the band holds too few.
"""

from collections.abc import Iterable

from kpis.in_force import LINE_IN_FORCE
from kpis.own_organization import not_own_organization
from kpis.positions import PRODUCTS, of_positions, positions, stale

_SLACK = 1 - 1e-12
"""Rates this close to the limit are at it: a median between two rates is rounded, and at is not below."""

_OF_RATES = ("total", "assigned")


def _rates(product: str, stale_ones: str | None = None, columns: Iterable[str] = ()) -> str:
    select = "".join(f", {name}" for name in columns)
    return f"""
    SELECT product, customer_id, assigned::float8 / total AS rate, width_bucket(total, :size_bands::bigint[]) AS band
           {select}
    FROM ({positions(product, {*_OF_RATES, *columns}, stale_ones)}) position
    WHERE total > 0 AND {not_own_organization("customer_id")}"""


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


def peers(columns: Iterable[str] = ()) -> str:
    """Table expression with a row for each customer and product with licenses in force: its peers' median, whether
    it is low, and these columns of its position."""
    names = of_positions(columns)
    select = "".join(f", {name}" for name in names)
    return f"""(
    WITH stale AS MATERIALIZED ({stale(_OF_PRODUCTS, {*_OF_RATES, *names})}), kept AS MATERIALIZED (
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
    SELECT product, customer_id{select}, median,
           rate < {_LIMIT.format(median="(SELECT max(median) FROM medians)")}
           AND rate < {_LIMIT.format(median="median")} AS is_low
    FROM (SELECT rate.*, {_MEDIAN} AS median FROM ({_rates(_OF_PRODUCTS, "stale", names)}) rate) rate
)"""


PEER_JOIN = f"LEFT JOIN {peers()} peer ON peer.product = ls.product AND peer.customer_id = ls.customer_id"

IS_LOW = "peer.is_low"
LINE_OF_LOW = f"({IS_LOW} AND {LINE_IN_FORCE})"
"""A line in force of a customer that is low for the line's product."""
PEER_TERMS = {name: f"peer.{name}" for name in ("total", "assigned", "used", "available")}
"""The terms of a license state, summed over the customer's lines."""
