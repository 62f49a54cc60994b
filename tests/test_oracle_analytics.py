"""The oracle's license analytics: the overview and the trend, on rows made by hand, and all of it on random ones."""

from typing import Any

import pytest
from hypothesis import given, settings

from tests.license_lines import add_line, everyone
from tests.oracle import Book, Rows, analytics
from tests.oracle_rows import TODAY, day
from tests.rows import random_rows, rows_strategy


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
