"""The oracle's low license assignment, on rows made by hand: who is low, and among which peers."""

from fractions import Fraction

import pytest

from tests.license_lines import add_line, everyone, kpis, lines_of
from tests.oracle import Rows, analytics
from tests.oracle_rows import TODAY, day


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
