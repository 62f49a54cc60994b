"""The enums of the analytics, described."""

from kpis.distribution import Interval
from kpis.positions import AnalyticsProduct
from resolvers.analytics import LicenseRowOrderField
from schema.describe import describe

__all__ = ["AnalyticsProduct", "Interval", "LicenseRowOrderField"]

describe(
    AnalyticsProduct,
    "The products that analytics cover.",
    {
        "MEETINGS": "Online meetings.",
        "CALLING": "The licensed calling service; the free calling between users is not in it.",
    },
)
describe(
    Interval,
    "How long the buckets of a trend are.",
    {
        "DAY": "A day (UTC).",
        "WEEK": "Sunday to Saturday.",
        "MONTH": "A calendar month.",
    },
)
describe(
    LicenseRowOrderField,
    "What license rows are ordered by. Ties go by customer name, customer ID, entitlement ID, product.",
    {
        "CUSTOMER_NAME": "By the customer's name.",
        "ADDED_ON": "By the day the entitlement was added.",
        "END_DATE": "By the entitlement's last day.",
        "TOTAL": "By the number of licenses.",
        "ASSIGNED": "By the number of licenses assigned.",
        "USED": "By the number of licenses used.",
        "ASSIGNMENT_RATE": "By assigned / total; lines with a total of 0 come last.",
        "OVERAGE": "By the number assigned beyond the total.",
    },
)
