"""The oracle's other sections of license analytics, on rows made by hand: their KPIs, rows and orders."""

from datetime import date

import pytest

from tests.license_lines import add_line, kpis, lines_of
from tests.oracle import Rows, analytics
from tests.oracle_rows import TODAY, day


@pytest.mark.parametrize(("days", "expected"), [(-1, 0), (0, 1), (89, 1), (90, 1), (91, 0)])
def test_recently_added_within_90_days(days: int, expected: int) -> None:
    rows: Rows = {}
    add_line(rows, "A", 7, added_on=day(-days))
    section = analytics.recently_added(rows, {"A"}, "MEETINGS", TODAY)

    assert kpis(section) == {"newCustomers": expected, "totalLicenses": 7 * expected}
    assert len(section["rows"]) == expected


def test_recently_added_is_in_force_and_of_the_product() -> None:
    rows: Rows = {}
    add_line(rows, "A", 1, added_on=day(-3), start_date=day(1))
    add_line(rows, "A", 2, added_on=day(-3), start_date=day(-3), trial=True)
    add_line(rows, "A", 4, added_on=day(-3), start_date=day(-3), product="CALLING")
    add_line(rows, "A", 8, added_on=day(-3), status="SUSPENDED")
    add_line(rows, "A", 16)

    assert kpis(analytics.recently_added(rows, {"A"}, "MEETINGS", TODAY)) == {
        "newCustomers": 1,
        "totalLicenses": 2,
    }
    assert kpis(analytics.recently_added(rows, {"A"}, "MEETINGS", TODAY, days=2)) == {
        "newCustomers": 0,
        "totalLicenses": 0,
    }


def test_expiring_and_renewing() -> None:
    rows: Rows = {}
    add_line(rows, "A", 10, 5, 1, end_date=day(90), auto_renew=False)
    add_line(rows, "A", 30, 5, 3, end_date=day(0), trial=True)
    add_line(rows, "B", 10, 9, 8, end_date=day(91), auto_renew=False)
    add_line(rows, "B", 10, 2, 1, end_date=day(30), auto_renew=True)

    expiring = analytics.expiring(rows, {"A", "B"}, "MEETINGS", TODAY)
    assert kpis(expiring) == {"customers": 1, "assignmentRate": 0.25, "usageRate": 0.1}
    assert lines_of(expiring) == {("S0", "MEETINGS"), ("T0", "MEETINGS")}
    assert lines_of(analytics.expiring(rows, {"A", "B"}, "MEETINGS", TODAY, days=0)) == {("T0", "MEETINGS")}

    renewing = analytics.renewing(rows, {"A", "B"}, "MEETINGS", TODAY)
    assert kpis(renewing) == {"customers": 1, "assignmentRate": 0.2, "usageRate": 0.1}
    assert lines_of(renewing) == {("S2", "MEETINGS")}
    assert kpis(analytics.renewing(rows, {"A"}, "MEETINGS", TODAY)) == {
        "customers": 0,
        "assignmentRate": None,
        "usageRate": None,
    }


def test_overage_section() -> None:
    rows: Rows = {}
    add_line(rows, "A", 10, 11)
    add_line(rows, "A", 0, 4)
    add_line(rows, "A", 10, 10)
    add_line(rows, "B", 10, 15, trial=True)
    section = analytics.overage(rows, {"A", "B"}, "MEETINGS", TODAY)

    assert kpis(section) == {"customers": 2, "licensesInOverage": 10, "averageOverage": 5.0}
    assert lines_of(section) == {("S0", "MEETINGS"), ("S1", "MEETINGS"), ("T0", "MEETINGS")}
    assert kpis(analytics.overage(rows, {"A", "B"}, "CALLING", TODAY)) == {
        "customers": 0,
        "licensesInOverage": 0,
        "averageOverage": None,
    }


def test_row_of_a_subscription() -> None:
    rows: Rows = {}
    add_line(rows, "A", 10, 12, 6, added_on=date(2024, 1, 16), start_date=date(2024, 2, 1), end_date=day(92))
    (row,) = analytics.overage(rows, {"A"}, "MEETINGS", TODAY)["rows"]

    assert row == {
        "customer": {"customerId": "A", "name": "Name of A"},
        "entitlement": {"subscriptionId": "S0"},
        "displayId": "S0",
        "product": "MEETINGS",
        "state": {
            "asOf": "2024-05-15",
            "total": 10,
            "assigned": 12,
            "used": 6,
            "available": 0,
            "overage": 2,
            "usedLast90Days": 6,
            "assignmentRate": 1.2,
            "usageRate": 0.6,
            "usageOfAssignedRate": 0.5,
            "assignmentChange": None,
            "usageChange": None,
        },
        "daysSinceAdded": 120,
        "monthsSinceAdded": 3,
        "daysUntilExpiration": None,
        "daysUntilRenewal": 92,
        "monthsRemaining": 3,
        "autoRenew": True,
        "peerMedianAssignmentRate": 1.2,
    }


def test_row_of_a_trial_that_ends_today() -> None:
    rows: Rows = {}
    add_line(rows, "A", 10, trial=True, end_date=day(0), added_on=day(0), start_date=day(0))
    (row,) = analytics.expiring(rows, {"A"}, "MEETINGS", TODAY)["rows"]

    assert row["entitlement"] == {"trialId": "T0"}
    assert row["displayId"] == "Enterprise trial"
    assert (row["daysSinceAdded"], row["monthsSinceAdded"], row["monthsRemaining"]) == (0, 0, 0)
    assert (row["daysUntilExpiration"], row["daysUntilRenewal"], row["autoRenew"]) == (0, None, False)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2024, 5, 15), date(2024, 5, 15), 0),
        (date(2024, 5, 15), date(2024, 6, 14), 0),
        (date(2024, 5, 15), date(2024, 6, 15), 1),
        (date(2024, 1, 31), date(2024, 2, 29), 0),
        (date(2024, 1, 31), date(2024, 3, 1), 1),
        (date(2024, 1, 31), date(2024, 4, 30), 2),
        (date(2023, 12, 31), date(2024, 1, 30), 0),
        (date(2023, 2, 28), date(2024, 2, 28), 12),
    ],
)
def test_whole_months(start: date, end: date, months: int) -> None:
    assert analytics.whole_months(start, end) == months


def test_order_of_rows() -> None:
    rows: Rows = {}
    add_line(rows, "B", 10, 12)
    add_line(rows, "A", 10, 13)
    add_line(rows, "A", 0, 14, trial=True, end_date=day(3))
    found = analytics.overage(rows, {"A", "B"}, "MEETINGS", TODAY)["rows"]

    def order(field: str, direction: str = "ASC") -> list[str]:
        ordered = analytics.order_license_rows(rows, found, field, direction)
        return [identifier for row in ordered for identifier in row["entitlement"].values()]

    assert order("CUSTOMER_NAME") == ["S1", "T0", "S0"]
    assert order("CUSTOMER_NAME", "DESC") == ["S0", "S1", "T0"]
    assert order("ASSIGNED", "DESC") == ["T0", "S1", "S0"]
    assert order("ASSIGNMENT_RATE") == ["S0", "S1", "T0"]
    assert order("ASSIGNMENT_RATE", "DESC") == ["S1", "S0", "T0"]
    assert order("END_DATE") == ["T0", "S1", "S0"]
    assert order("TOTAL") == ["T0", "S1", "S0"]
    assert order("ADDED_ON") == ["S1", "T0", "S0"]
