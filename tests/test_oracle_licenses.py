"""The oracle on rows made by hand: fields of subscriptions and trials, states of licenses and their trend."""

from datetime import date
from typing import Any

import pytest

from tests import oracle
from tests.oracle import Row, Rows
from tests.oracle_rows import TODAY, day, line, one_customer, subscription, trial, usage

# ---- subscriptions and trials ----------------------------------------------------------------------


@pytest.mark.parametrize("stored", ["ACTIVE", "SUSPENDED", "PENDING_SETUP", "CANCELLED"])
def test_subscription_expires_whatever_its_status(stored: str) -> None:
    assert oracle.subscription_status(subscription(status=stored, end_date=day(0)), TODAY) == stored
    assert oracle.subscription_status(subscription(status=stored, end_date=day(-1)), TODAY) == "EXPIRED"


def test_only_an_active_trial_expires() -> None:
    over: dict[str, Any] = {"end_date": day(-1)}

    assert oracle.trial_status(trial(end_date=day(0)), TODAY) == "ACTIVE"
    assert oracle.trial_status(trial(start_date=day(1)), TODAY) == "ACTIVE"
    assert oracle.trial_status(trial(**over), TODAY) == "EXPIRED"
    assert oracle.trial_status(trial(status="CANCELLED", **over), TODAY) == "CANCELLED"
    assert oracle.trial_status(trial(status="CONVERTED", **over), TODAY) == "CONVERTED"


def test_fields_of_a_subscription_that_renews() -> None:
    assert oracle.subscription_fields(subscription(end_date=day(7)), TODAY) == {
        "subscriptionId": "S",
        "displayId": "S",
        "status": "ACTIVE",
        "addedOn": "2023-04-11",
        "startDate": "2023-04-11",
        "endDate": "2024-05-22",
        "inForce": True,
        "autoRenew": True,
        "renewsOn": "2024-05-22",
        "daysUntilExpiration": None,
        "daysUntilRenewal": 7,
    }


def test_fields_of_a_subscription_that_ended() -> None:
    fields = oracle.subscription_fields(subscription(end_date=day(-1), auto_renew=False), TODAY)

    assert fields["status"] == "EXPIRED"
    assert fields["inForce"] is False
    assert fields["renewsOn"] is None
    assert fields["daysUntilExpiration"] == -1
    assert fields["daysUntilRenewal"] is None


def test_fields_of_a_trial() -> None:
    assert oracle.trial_fields(trial(), TODAY) == {
        "trialId": "T",
        "displayId": "Enterprise trial",
        "status": "ACTIVE",
        "addedOn": "2024-05-05",
        "startDate": "2024-05-05",
        "endDate": "2024-07-14",
        "inForce": True,
        "daysUntilExpiration": 60,
    }


# ---- license states --------------------------------------------------------------------------------


def lines_with(*offsets_and_assigned: tuple[int, int], quantity: int = 10) -> tuple[Rows, Row]:
    """A line of so many licenses with snapshots; two of three assigned ones are used."""
    bought = subscription()
    bought_line = line(bought, quantity)
    rows = one_customer(bought)
    rows["licenses"] = [bought_line]
    rows["license_usage"] = [
        usage(bought_line, offset, assigned, assigned * 2 // 3, assigned)
        for offset, assigned in offsets_and_assigned
    ]
    return rows, bought_line


def test_state_of_a_line() -> None:
    rows, bought = lines_with((-20, 1), (-8, 3), (-2, 6), (1, 9))

    assert oracle.license_state(rows, bought, TODAY) == {
        "asOf": "2024-05-15",
        "total": 10,
        "assigned": 6,
        "used": 4,
        "available": 4,
        "overage": 0,
        "usedLast90Days": 6,
        "assignmentRate": 0.6,
        "usageRate": 0.4,
        "usageOfAssignedRate": 4 / 6,
        "assignmentChange": 3,
        "usageChange": 2,
    }


def test_state_without_a_snapshot() -> None:
    for rows, bought in [lines_with(), lines_with((1, 5))]:
        assert oracle.license_state(rows, bought, TODAY) == {
            "asOf": "2024-05-15",
            "total": 10,
            "assigned": 0,
            "used": 0,
            "available": 10,
            "overage": 0,
            "usedLast90Days": 0,
            "assignmentRate": 0.0,
            "usageRate": 0.0,
            "usageOfAssignedRate": None,
            "assignmentChange": None,
            "usageChange": None,
        }


def test_state_of_no_licenses() -> None:
    rows, bought = lines_with((0, 3), quantity=0)
    state = oracle.license_state(rows, bought, TODAY)

    assert (state["total"], state["assigned"], state["available"], state["overage"]) == (0, 3, 0, 3)
    assert (state["assignmentRate"], state["usageRate"]) == (None, None)
    assert state["usageOfAssignedRate"] == 2 / 3


@pytest.mark.parametrize(
    ("snapshots", "change"),
    [
        ([(-6, 3)], None),
        ([(-6, 3), (0, 6)], None),
        ([(-7, 3)], 0),
        ([(-8, 3)], 0),
        ([(-7, 3), (0, 6)], 3),
        ([(-8, 3), (-7, 9), (-1, 6)], -3),
        ([(-400, 3), (0, 9)], 6),
        ([(-7, 3), (1, 6)], 0),
    ],
)
def test_change_against_seven_days_before(snapshots: list[tuple[int, int]], change: int | None) -> None:
    rows, bought = lines_with(*snapshots)
    state = oracle.license_state(rows, bought, TODAY)

    assert state["assignmentChange"] == change
    assert state["usageChange"] == (None if change is None else change * 2 // 3)


def test_snapshots_in_any_order() -> None:
    rows, bought = lines_with((0, 6), (-8, 3), (-1, 9))

    assert oracle.license_state(rows, bought, TODAY)["assigned"] == 6
    assert oracle.license_state(rows, bought, day(-1))["assigned"] == 9


def test_sum_of_lines_is_divided_after_summing() -> None:
    bought = subscription()
    rows = one_customer(bought)
    over, under, new = line(bought, 10), line(bought, 30, "CALLING"), line(bought, 0, "EVENTS")
    rows["licenses"] = [over, under, new]
    rows["license_usage"] = [
        usage(over, -7, 10, 1, 1),
        usage(over, 0, 15, 5, 6),
        usage(under, -10, 5, 1, 2),
        usage(new, -1, 100, 0, 0),
    ]

    assert oracle.sum_state(rows, rows["licenses"], TODAY) == {
        "asOf": "2024-05-15",
        "total": 40,
        "assigned": 120,
        "used": 6,
        "available": 25,
        "overage": 105,
        "usedLast90Days": 8,
        "assignmentRate": 3.0,
        "usageRate": 0.15,
        "usageOfAssignedRate": 0.05,
        "assignmentChange": 5,
        "usageChange": 4,
    }
    assert oracle.sum_state(rows, [], TODAY)["assignmentRate"] is None
    assert oracle.sum_state(rows, [], TODAY)["assignmentChange"] is None
    assert oracle.sum_state(rows, [new], TODAY)["assignmentChange"] is None


def test_customer_licenses_are_those_in_force() -> None:
    running, over, tried = subscription("S1"), subscription("S2", end_date=day(-1)), trial()
    rows = one_customer(running, over, tried)
    rows["licenses"] = [line(running, 1), line(over, 2), line(tried, 4), line(tried, 8, "CALLING")]

    assert oracle.customer_licenses(rows, "A", "MEETINGS", TODAY)["total"] == 5
    assert oracle.customer_licenses(rows, "A", None, TODAY)["total"] == 13
    assert oracle.customer_licenses(rows, "A", "EVENTS", TODAY)["total"] == 0
    assert oracle.customer_licenses(rows, "A", "MEETINGS", day(-1))["total"] == 7


def test_trend_by_week_takes_each_bucket_on_its_last_day() -> None:
    bought = subscription(start_date=date(2024, 5, 4))
    rows = one_customer(bought)
    rows["licenses"] = [line(bought, 10)]
    rows["license_usage"] = [
        usage(rows["licenses"][0], (on - TODAY).days, assigned, 1)
        for on, assigned in [(date(2024, 5, 4), 2), (date(2024, 5, 5), 3), (date(2024, 5, 12), 4)]
    ]

    assert oracle.customer_license_trend(rows, "A", None, "WEEK", 4, on=TODAY) == [
        {"from": "2024-04-21", "to": "2024-04-27", "total": 0, "assigned": 0, "used": 0},
        {"from": "2024-04-28", "to": "2024-05-04", "total": 10, "assigned": 2, "used": 1},
        {"from": "2024-05-05", "to": "2024-05-11", "total": 10, "assigned": 3, "used": 1},
        {"from": "2024-05-12", "to": "2024-05-15", "total": 10, "assigned": 4, "used": 1},
    ]


def days_of_trend(interval: str, last: int, on: date) -> list[tuple[str, str]]:
    return [(point["from"], point["to"]) for point in oracle.trend({}, [], interval, last, on=on)]


def test_trend_buckets() -> None:
    sunday, saturday = date(2024, 5, 12), date(2024, 5, 18)

    assert days_of_trend("DAY", 2, TODAY) == [("2024-05-14", "2024-05-14"), ("2024-05-15", "2024-05-15")]
    assert days_of_trend("WEEK", 1, sunday) == [("2024-05-12", "2024-05-12")]
    assert days_of_trend("WEEK", 1, saturday) == [("2024-05-12", "2024-05-18")]
    assert days_of_trend("MONTH", 3, date(2024, 3, 31)) == [
        ("2024-01-01", "2024-01-31"),
        ("2024-02-01", "2024-02-29"),
        ("2024-03-01", "2024-03-31"),
    ]
    assert days_of_trend("MONTH", 2, date(2024, 1, 1)) == [
        ("2023-12-01", "2023-12-31"),
        ("2024-01-01", "2024-01-01"),
    ]
