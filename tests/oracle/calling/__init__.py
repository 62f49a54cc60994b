"""Calling analytics, by week: usage, quality, advanced features and call queues.

Figures of a week cover the visible customers with a Calling line in force on that week's last day, so a
change from the week before is one from that week's own figures: zero for whom it did not cover.
"""

from tests.oracle.calling.calls import (
    ENDPOINT_TYPES,
    call_quality,
    quality_by_customer,
    quality_by_endpoint_type,
    quality_figures,
    quality_trend,
    usage_by_customer,
    usage_figures,
    usage_trend,
)
from tests.oracle.calling.covered_weeks import (
    covered_customers,
    latest_completed_week,
    queue_customers,
    week_fields,
    weeks,
)
from tests.oracle.calling.customers import customer_calling, order_by_customer
from tests.oracle.calling.queues import (
    FEATURES,
    feature_usage,
    queue_figures,
    queue_trend,
    queues_by_customer,
)

__all__ = [
    "ENDPOINT_TYPES",
    "FEATURES",
    "call_quality",
    "covered_customers",
    "customer_calling",
    "feature_usage",
    "latest_completed_week",
    "order_by_customer",
    "quality_by_customer",
    "quality_by_endpoint_type",
    "quality_figures",
    "quality_trend",
    "queue_customers",
    "queue_figures",
    "queue_trend",
    "queues_by_customer",
    "usage_by_customer",
    "usage_figures",
    "usage_trend",
    "week_fields",
    "weeks",
]
