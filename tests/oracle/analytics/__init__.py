"""License analytics: the overview's KPIs, the sections with their tables, and the distribution trend.

`visible` is the set of customers that the viewer sees (and that a filter leaves); the peers of low license
assignment are all customers in the rows, whoever looks. `product` is MEETINGS, CALLING, or none for both.
"""

from tests.oracle.analytics.peers import assignment_rates, low_customers, peer_medians, size_band
from tests.oracle.analytics.rows import license_rows, order_license_rows, whole_months
from tests.oracle.analytics.sections import (
    distribution_trend,
    expiring,
    low_assignment,
    overage,
    overview,
    recently_added,
    renewing,
)

__all__ = [
    "assignment_rates",
    "distribution_trend",
    "expiring",
    "license_rows",
    "low_assignment",
    "low_customers",
    "order_license_rows",
    "overage",
    "overview",
    "peer_medians",
    "recently_added",
    "renewing",
    "size_band",
    "whole_months",
]
