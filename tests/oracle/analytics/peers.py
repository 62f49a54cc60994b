"""Low license assignment: how many of its licenses a customer has assigned, and how many its peers have."""

import statistics
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from tests.oracle import policy
from tests.oracle.book import Data, as_book
from tests.oracle.licenses import lines_in_force, sum_state


def products_of(product: str | None) -> list[str]:
    return policy.ANALYTICS_PRODUCTS if product is None else [product]


def assignment_rates(data: Data, product: str, on: date) -> dict[str, tuple[int, Fraction]]:
    """Of each customer with licenses of the product: how many, and the exact share that is assigned."""
    book = as_book(data)
    found = {}
    for customer_id in book.customers:
        state = sum_state(book, lines_in_force(book, customer_id, on, [product]), on)
        if state["total"] > 0:
            found[customer_id] = (state["total"], Fraction(state["assigned"], state["total"]))
    return found


def size_band(total: int) -> int:
    """The lowest number of licenses of the band that a number of licenses is in."""
    return max(edge for edge in policy.SIZE_BANDS if edge <= total)


def peer_medians(data: Data, product: str, on: date) -> dict[str, Fraction]:
    """Of each customer with licenses of the product: the median rate of its peers, itself included."""
    rates = assignment_rates(data, product, on)
    everyone = [rate for _, rate in rates.values()]
    bands: dict[int, list[Fraction]] = {edge: [] for edge in policy.SIZE_BANDS}
    for total, rate in rates.values():
        bands[size_band(total)].append(rate)
    medians = {
        edge: statistics.median(band if len(band) >= policy.MINIMUM_PEERS else everyone)
        for edge, band in bands.items()
        if band
    }
    return {customer_id: medians[size_band(total)] for customer_id, (total, _) in rates.items()}


def low_customers(data: Data, visible: Iterable[str], product: str | None, on: date) -> set[str]:
    """The visible customers that are low; of both products: low for either."""
    book = as_book(data)
    found = set()
    for each in products_of(product):
        rates = assignment_rates(book, each, on)
        medians = peer_medians(book, each, on)
        for customer_id in set(visible) & rates.keys():
            if rates[customer_id][1] < policy.LOW_SHARE_OF_MEDIAN * medians[customer_id]:
                found.add(customer_id)
    return found
