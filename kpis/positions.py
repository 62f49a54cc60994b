"""A customer's position: its lines of a product summed, as they stand on D.

Positions are kept with the days between which nothing about them changes; for any other day they are computed
from the lines, by the same expressions. Next to the analytics' products there is one position over all of them.
"""

from collections.abc import Iterable
from enum import StrEnum

from kpis.in_force import LINE_IN_FORCE
from kpis.license_state import ASSIGNED, AVAILABLE, OVER_LIMIT, TOTAL, USED


class AnalyticsProduct(StrEnum):
    MEETINGS = "MEETINGS"
    CALLING = "CALLING"


ALL = "ALL"
PRODUCTS = tuple(product.value for product in AnalyticsProduct)

EXPIRES = "(ls.is_trial OR NOT ls.auto_renew)"
"""A line that runs out at its end, for want of renewal by itself."""

COLUMNS = {
    "total": f"coalesce(sum({TOTAL}) FILTER (WHERE {LINE_IN_FORCE}), 0)",
    "assigned": f"coalesce(sum({ASSIGNED}) FILTER (WHERE {LINE_IN_FORCE}), 0)",
    "used": f"coalesce(sum({USED}) FILTER (WHERE {LINE_IN_FORCE}), 0)",
    "available": f"coalesce(sum({AVAILABLE}) FILTER (WHERE {LINE_IN_FORCE}), 0)",
    "started_on": "min(ls.start_date)",
    "expires_on": f"coalesce(min(ls.end_date) FILTER (WHERE {LINE_IN_FORCE} AND {EXPIRES}), 'infinity')",
    "renews_on": f"coalesce(min(ls.end_date) FILTER (WHERE {LINE_IN_FORCE} AND ls.auto_renew), 'infinity')",
    "over_limit": f"coalesce(bool_or({OVER_LIMIT}), false)",
}
_ENDED = "WHEN ls.active AND ls.end_date < :as_of THEN ls.end_date + 1"
_TO_START = "WHEN ls.active AND ls.start_date > :as_of THEN ls.start_date - 1"
_VALID = {
    # Since the last start, end or snapshot of an active line …
    "valid_from": f"""max(CASE {_ENDED} WHEN NOT {LINE_IN_FORCE} THEN NULL
        WHEN ls.snapshot_on > :as_of THEN :as_of::date ELSE greatest(ls.start_date, ls.snapshot_on) END)""",
    # … until the next one that is known.
    "valid_to": f"""min(CASE {_TO_START} WHEN NOT {LINE_IN_FORCE} THEN NULL
        WHEN ls.snapshot_on > :as_of THEN :as_of::date ELSE ls.end_date END)""",
}


def of_positions(columns: Iterable[str]) -> list[str]:
    """Those of the columns that positions have, in one order so that the same set is the same text."""
    wanted = set(columns)
    return [name for name in COLUMNS if name in wanted]


def computed(customers: str, columns: Iterable[str], *, with_validity: bool = False) -> str:
    """SELECT of the positions of the customers that `customers` selects, computed from their lines."""
    found = {name: COLUMNS[name] for name in columns} | (_VALID if with_validity else {})
    select = ["ls.customer_id", *(f"{sql} AS {name}" for name, sql in found.items())]
    products = ", ".join(f"'{product}'" for product in PRODUCTS)
    return f"""
    SELECT coalesce(ls.product, '{ALL}') AS product, {", ".join(select)}
    FROM license_states ls
    WHERE ls.partner_id = :partner AND ls.product IN ({products}) AND ls.customer_id IN ({customers})
    GROUP BY GROUPING SETS ((ls.product, ls.customer_id), (ls.customer_id))"""


_KEPT = "FROM customer_positions k WHERE k.partner_id = :partner AND k.product"


def stale(product: str, columns: Iterable[str]) -> str:
    """SELECT of the positions on D, of such products, of the customers whose kept ones are of other days."""
    # Said as two comparisons, since each has an index: on most days there are few.
    customers = f"SELECT k.customer_id {_KEPT} {product} AND (k.valid_from > :as_of::date OR k.valid_to < :as_of::date)"
    names = of_positions(columns)
    select = ", ".join(["product", "customer_id", *names])
    return f"SELECT {select} FROM ({computed(customers, names)}) stale WHERE product {product}"


def kept(product: str, columns: Iterable[str]) -> str:
    """SELECT of the kept positions of such products that are right on D: on most days, nearly all."""
    names = ", ".join(f"k.{name}" for name in ["product", "customer_id", *of_positions(columns)])
    return f"SELECT {names} {_KEPT} {product} AND :as_of::date BETWEEN k.valid_from AND k.valid_to"


def positions(product: str, columns: Iterable[str], stale_ones: str | None = None) -> str:
    """SELECT of all customers' positions on D, of the products that meet the condition `product`.

    `stale_ones` is the table expression of `stale` where the statement has that already.
    """
    names = ", ".join(["product", "customer_id", *of_positions(columns)])
    return f"""{kept(product, columns)}
    UNION ALL SELECT {names} FROM {stale_ones or f"({stale(product, columns)}) stale"}"""


def to_keep(customers: str) -> str:
    """SELECT of the rows of customer_positions for these customers; a customer's are valid for the same days."""
    names = ", ".join(COLUMNS)
    return f"""
    SELECT product, customer_id, {names},
           coalesce(max(valid_from) OVER of_customer, '-infinity') AS valid_from,
           coalesce(min(valid_to) OVER of_customer, 'infinity') AS valid_to
    FROM ({computed(customers, COLUMNS, with_validity=True)}) position
    WINDOW of_customer AS (PARTITION BY customer_id)"""
