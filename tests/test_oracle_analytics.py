"""The oracle's license analytics, on rows made by hand: what is expected is written down, not computed."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from tests.oracle import Book, Row, Rows, analytics
from tests.rows import random_rows, rows_strategy

TODAY = date(2024, 5, 15)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def add_line(
    rows: Rows,
    customer_id: str,
    quantity: int,
    assigned: int | None = None,
    used: int = 0,
    product: str = "MEETINGS",
    trial: bool = False,
    **values: Any,
) -> Row:
    """A license line on an entitlement of its own, in force and renewing in a year unless told otherwise."""
    if not any(row["customer_id"] == customer_id for row in rows.setdefault("customers", [])):
        rows["customers"].append(
            {
                "customer_id": customer_id,
                "name": f"Name of {customer_id}",
                "managed_by": "EXTERNAL_ADMIN",
                "country": "US",
                "industry": None,
                "created_on": day(-500),
                "last_admin_sign_in_at": None,
                "suspended": False,
            }
        )
    table, kind = ("trials", "trial_id") if trial else ("subscriptions", "subscription_id")
    identifier = f"{kind[0].upper()}{len(rows.setdefault(table, []))}"
    renewal = {} if trial else {"auto_renew": True}
    rows[table].append(
        {
            kind: identifier,
            "customer_id": customer_id,
            "status": "ACTIVE",
            "added_on": day(-400),
            "start_date": day(-400),
            "end_date": day(365),
            **renewal,
            **values,
        }
    )
    line = {"subscription_id": None, "trial_id": None, kind: identifier, "product": product}
    rows.setdefault("licenses", []).append({**line, "quantity": quantity})
    if assigned is not None:
        rows.setdefault("license_usage", []).append(
            {**line, "date": day(-1), "assigned": assigned, "used": used, "used_last_90_days": used}
        )
    return rows["licenses"][-1]


def everyone(rows: Rows) -> set[str]:
    return set(Book(rows).customers)


def kpis(section: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in section.items() if name != "rows"}


def lines_of(section: dict[str, Any]) -> set[tuple[str, str]]:
    return {(*row["entitlement"].values(), row["product"]) for row in section["rows"]}


# ---- overview --------------------------------------------------------------------------------------


def test_total_customers_have_had_a_line_of_the_product() -> None:
    rows: Rows = {}
    add_line(rows, "ended", 1, end_date=day(-1))
    add_line(rows, "cancelled", 1, status="CANCELLED")
    add_line(rows, "trial", 1, trial=True, status="CONVERTED")
    add_line(rows, "today", 1, start_date=day(0), product="CALLING")
    add_line(rows, "tomorrow", 1, start_date=day(1))
    add_line(rows, "other", 1, product="MESSAGING")

    assert analytics.overview(rows, everyone(rows), "MEETINGS", TODAY)["totalCustomers"] == 3
    assert analytics.overview(rows, everyone(rows), "CALLING", TODAY)["totalCustomers"] == 1
    assert analytics.overview(rows, everyone(rows), None, TODAY)["totalCustomers"] == 4
    assert analytics.overview(rows, {"today", "other"}, None, TODAY)["totalCustomers"] == 1
    assert analytics.overview(rows, everyone(rows), None, day(1))["totalCustomers"] == 5


@pytest.mark.parametrize(("days", "expected"), [(-1, 0), (0, 1), (1, 1), (89, 1), (90, 1), (91, 0)])
def test_nearing_the_end_within_90_days(days: int, expected: int) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"auto_renew": True}, "nearingRenewal"),
        ({"auto_renew": False}, "nearingExpiration"),
        ({"trial": True}, "nearingExpiration"),
    ]
    for values, name in cases:
        rows: Rows = {}
        add_line(rows, "A", 1, end_date=day(days), **values)
        found = analytics.overview(rows, {"A"}, "MEETINGS", TODAY)

        assert found[name] == expected
        assert found["nearingRenewal"] + found["nearingExpiration"] == expected


def test_customer_counts_once_and_by_product() -> None:
    rows: Rows = {}
    for product in ["MEETINGS", "CALLING", "CALLING", "MESSAGING"]:
        add_line(rows, "A", 1, 2, product=product, end_date=day(5), auto_renew=False)
    add_line(rows, "B", 1, 2, product="MESSAGING", end_date=day(5))

    assert analytics.overview(rows, everyone(rows), None, TODAY) == {
        "totalCustomers": 1,
        "nearingExpiration": 1,
        "nearingRenewal": 0,
        "lowLicenseAssignment": 0,
        "overLicenseLimit": 1,
    }
    assert analytics.overview(rows, everyone(rows), "CALLING", TODAY)["overLicenseLimit"] == 1
    assert analytics.overview(rows, {"B"}, None, TODAY) == dict.fromkeys(
        ["totalCustomers", "nearingExpiration", "nearingRenewal", "lowLicenseAssignment", "overLicenseLimit"],
        0,
    )


@pytest.mark.parametrize(("assigned", "expected"), [(None, 0), (9, 0), (10, 0), (11, 1)])
def test_over_license_limit_by_one(assigned: int | None, expected: int) -> None:
    for trial in [False, True]:
        rows: Rows = {}
        add_line(rows, "A", 10, assigned, trial=trial)

        assert analytics.overview(rows, {"A"}, "MEETINGS", TODAY)["overLicenseLimit"] == expected


def test_one_line_s_rest_does_not_cover_another_s_overage() -> None:
    rows: Rows = {}
    add_line(rows, "A", 10, 11)
    add_line(rows, "A", 100, 0)

    assert analytics.overview(rows, {"A"}, "MEETINGS", TODAY)["overLicenseLimit"] == 1


# ---- low license assignment ------------------------------------------------------------------------


def band_of(size: int, quantity: int = 20, assigned: int = 10) -> Rows:
    rows: Rows = {}
    for number in range(size):
        add_line(rows, f"{quantity}-{number}", quantity, assigned)
    return rows


def low(rows: Rows, product: str | None = "MEETINGS") -> set[str]:
    return analytics.low_customers(rows, everyone(rows), product, TODAY)


def test_all_rates_equal_means_none_is_low() -> None:
    assert low(band_of(10)) == set()
    assert low(band_of(10, assigned=0)) == set()
    assert low(band_of(1)) == set()
    assert low({}) == set()


@pytest.mark.parametrize(("assigned", "expected"), [(4, {"X"}), (5, set()), (6, set())])
def test_low_is_less_than_half_the_median(assigned: int, expected: set[str]) -> None:
    rows = band_of(9)
    add_line(rows, "X", 20, assigned)

    assert low(rows) == expected


def test_median_of_an_even_number_of_peers() -> None:
    # Rates 0.1, 0.2, 0.7, 0.9: the median is 0.45, its half 0.225.
    rows: Rows = {}
    for customer_id, quantity, assigned in [("A", 10, 1), ("B", 10, 2), ("C", 10, 7), ("D", 10, 9)]:
        add_line(rows, customer_id, quantity, assigned)
    assert low(rows) == {"A", "B"}
    assert analytics.peer_medians(rows, "MEETINGS", TODAY)["C"] == Fraction(9, 20)


def test_exactly_half_is_not_low() -> None:
    # Rates 0.1, 0.2, 0.2, 0.6, 0.7 and 0.9: the median is 0.4, and 0.2 is its half.
    rows: Rows = {}
    for number, assigned in enumerate([1, 2, 2, 6, 7, 9]):
        add_line(rows, f"C{number}", 10, assigned)

    assert low(rows) == {"C0"}


def test_band_of_eight_is_compared_with_itself() -> None:
    # Seven at 10 of 60 and one at 6 of 60; twenty small ones at 20 of 20.
    rows = band_of(20, 20, 20)
    for number in range(7):
        add_line(rows, f"M{number}", 60, 10)
    add_line(rows, "X", 60, 6)

    assert low(rows) == set()
    assert analytics.peer_medians(rows, "MEETINGS", TODAY)["X"] == Fraction(1, 6)


def test_band_of_seven_is_compared_with_all() -> None:
    rows = band_of(20, 20, 20)
    for number in range(6):
        add_line(rows, f"M{number}", 60, 10)
    add_line(rows, "X", 60, 6)

    assert low(rows) == {"M0", "M1", "M2", "M3", "M4", "M5", "X"}
    assert analytics.peer_medians(rows, "MEETINGS", TODAY)["X"] == 1


@pytest.mark.parametrize(
    ("total", "band"),
    [(1, 1), (49, 1), (50, 50), (249, 50), (250, 250), (999, 250), (1000, 1000), (9999, 1000)],
)
def test_size_bands(total: int, band: int) -> None:
    assert analytics.size_band(total) == band


def test_band_goes_by_the_customer_s_sum() -> None:
    rows = band_of(8, 60, 6)
    for number in range(20):
        add_line(rows, f"S{number}", 20, 20)
    add_line(rows, "X", 30, 1)
    add_line(rows, "X", 30, 5)

    # 6 of 60 like its eight peers; by its lines it would be small, and low.
    assert low(rows) == set()


def test_customer_without_licenses_is_no_peer_and_never_low() -> None:
    rows = band_of(7)
    add_line(rows, "none", 0, 0)
    add_line(rows, "ended", 20, 0, end_date=day(-1))

    assert set(analytics.assignment_rates(rows, "MEETINGS", TODAY)) == {f"20-{n}" for n in range(7)}
    assert low(rows) == set()


def test_customer_without_a_snapshot_has_rate_zero() -> None:
    rows = band_of(7)
    add_line(rows, "X", 20)

    assert low(rows) == {"X"}


def test_low_for_either_product_and_peers_whom_the_viewer_does_not_see() -> None:
    rows = band_of(8)
    add_line(rows, "X", 20, 1)
    add_line(rows, "20-0", 20, 20, product="CALLING")
    add_line(rows, "20-1", 20, 20, product="CALLING")
    add_line(rows, "Y", 20, 2, product="CALLING")

    assert low(rows, "MEETINGS") == {"X"}
    assert low(rows, "CALLING") == {"Y"}
    assert low(rows, None) == {"X", "Y"}
    assert analytics.low_customers(rows, {"X"}, "MEETINGS", TODAY) == {"X"}
    assert analytics.overview(rows, {"X", "Y", "20-0"}, None, TODAY)["lowLicenseAssignment"] == 2
    assert analytics.overview(rows, {"X", "20-0"}, "CALLING", TODAY)["lowLicenseAssignment"] == 0


def test_low_assignment_section() -> None:
    rows = band_of(8)
    add_line(rows, "X", 20, 4, 2)
    add_line(rows, "X", 30, 0)
    add_line(rows, "X", 5, 5, product="CALLING")
    section = analytics.low_assignment(rows, everyone(rows), "MEETINGS", TODAY)

    # X has 4 of 50 and is alone in its band; the median of all nine is a half.
    assert kpis(section) == {
        "customers": 1,
        "assignmentRate": 0.08,
        "usageOfAssignedRate": 0.5,
        "usageRate": 0.04,
        "unassignedLicenses": 46,
    }
    assert lines_of(section) == {("S8", "MEETINGS"), ("S9", "MEETINGS")}
    assert [row["peerMedianAssignmentRate"] for row in section["rows"]] == [0.5, 0.5]


def test_low_assignment_of_nobody() -> None:
    rows = band_of(8)
    section = analytics.low_assignment(rows, everyone(rows), "MEETINGS", TODAY)

    assert section == {
        "customers": 0,
        "assignmentRate": None,
        "usageOfAssignedRate": None,
        "usageRate": None,
        "unassignedLicenses": 0,
        "rows": [],
    }


# ---- the other sections ----------------------------------------------------------------------------


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


def test_distribution_trend_keeps_to_product_and_viewer() -> None:
    rows: Rows = {}
    add_line(rows, "A", 10, 4, 2, start_date=day(-1))
    add_line(rows, "A", 10, 4, 2, product="CALLING")
    add_line(rows, "B", 100, 50, 25, end_date=day(-1))
    add_line(rows, "C", 1000, 500, 250)

    assert analytics.distribution_trend(rows, {"A", "B"}, "MEETINGS", TODAY, "DAY", 3) == [
        {"from": "2024-05-13", "to": "2024-05-13", "total": 100, "assigned": 0, "used": 0},
        {"from": "2024-05-14", "to": "2024-05-14", "total": 110, "assigned": 54, "used": 27},
        {"from": "2024-05-15", "to": "2024-05-15", "total": 10, "assigned": 4, "used": 2},
    ]
    assert len(analytics.distribution_trend(rows, {"A"}, None, TODAY)) == 26


# ---- random rows -----------------------------------------------------------------------------------


def test_random_rows_move_every_kpi() -> None:
    book = Book(random_rows(5, 400, TODAY))
    visible = set(book.customers)
    for product in ["MEETINGS", "CALLING", None]:
        found = analytics.overview(book, visible, product, TODAY)
        assert all(0 < count < len(visible) for count in found.values()), found


@settings(max_examples=25, deadline=None)
@given(rows_strategy(TODAY))
def test_sections_agree_with_the_overview(rows: Rows) -> None:
    book = Book(rows)
    visible = set(book.customers)
    for product in ["MEETINGS", "CALLING"]:
        found = analytics.overview(book, visible, product, TODAY)
        expiring = analytics.expiring(book, visible, product, TODAY)
        renewing = analytics.renewing(book, visible, product, TODAY)
        low_assignment = analytics.low_assignment(book, visible, product, TODAY)
        overage = analytics.overage(book, visible, product, TODAY)

        assert found["nearingExpiration"] == expiring["customers"]
        assert found["nearingRenewal"] == renewing["customers"]
        assert found["lowLicenseAssignment"] == low_assignment["customers"]
        assert found["overLicenseLimit"] == overage["customers"]
