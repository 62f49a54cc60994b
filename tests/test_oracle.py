"""The oracle itself, on rows made by hand: what is expected is written down, not computed."""

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pytest
from hypothesis import given, settings

from tests import oracle
from tests.oracle import Row, Rows
from tests.rows import COLUMNS, random_rows, rows_strategy, write_rows

TODAY = date(2024, 5, 15)  # a Wednesday


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def customer(customer_id: str = "A", **values: Any) -> Row:
    """A customer whose administrator signed in today."""
    return {
        "customer_id": customer_id,
        "name": "Acme",
        "managed_by": "EXTERNAL_ADMIN",
        "country": "US",
        "industry": None,
        "created_on": date(2023, 1, 1),
        "last_admin_sign_in_at": datetime(2024, 5, 15, 8, 0, tzinfo=UTC),
        "suspended": False,
        **values,
    }


def subscription(subscription_id: str = "S", customer_id: str = "A", **values: Any) -> Row:
    """A subscription in force for a year more, which auto-renews."""
    return {
        "subscription_id": subscription_id,
        "customer_id": customer_id,
        "status": "ACTIVE",
        "added_on": day(-400),
        "start_date": day(-400),
        "end_date": day(365),
        "auto_renew": True,
        **values,
    }


def trial(trial_id: str = "T", customer_id: str = "A", **values: Any) -> Row:
    """A trial in force for 60 days more."""
    return {
        "trial_id": trial_id,
        "customer_id": customer_id,
        "status": "ACTIVE",
        "added_on": day(-10),
        "start_date": day(-10),
        "end_date": day(60),
        "started_by": None,
        **values,
    }


def line(on: Row, quantity: int, product: str = "MEETINGS") -> Row:
    return {
        "subscription_id": on.get("subscription_id"),
        "trial_id": on.get("trial_id"),
        "product": product,
        "quantity": quantity,
    }


def usage(on: Row, offset: int, assigned: int, used: int = 0, in_90_days: int = 0) -> Row:
    """A snapshot of a license line, so many days from today."""
    return {
        "subscription_id": on["subscription_id"],
        "trial_id": on["trial_id"],
        "product": on["product"],
        "date": day(offset),
        "assigned": assigned,
        "used": used,
        "used_last_90_days": in_90_days,
    }


def one_customer(*entitlements: Row, **values: Any) -> Rows:
    return {
        "customers": [customer(**values)],
        "subscriptions": [row for row in entitlements if "trial_id" not in row],
        "trials": [row for row in entitlements if "trial_id" in row],
    }


def statuses(*entitlements: Row, **values: Any) -> list[str]:
    return oracle.statuses(one_customer(*entitlements, **values), "A", TODAY)


# ---- in force --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(-1, 1, True), (0, 0, True), (0, 1, True), (-1, 0, True), (1, 2, False), (-2, -1, False)],
)
def test_first_and_last_day_are_in_force(start: int, end: int, expected: bool) -> None:
    dates: dict[str, Any] = {"start_date": day(start), "end_date": day(end)}

    assert oracle.in_force(subscription(**dates), TODAY) is expected
    assert oracle.in_force(trial(**dates), TODAY) is expected


@pytest.mark.parametrize("status", ["SUSPENDED", "PENDING_SETUP", "CANCELLED"])
def test_only_an_active_subscription_is_in_force(status: str) -> None:
    assert not oracle.in_force(subscription(status=status), TODAY)


@pytest.mark.parametrize("status", ["CANCELLED", "CONVERTED"])
def test_trial_that_was_stopped_is_not_in_force(status: str) -> None:
    assert not oracle.in_force(trial(status=status), TODAY)


# ---- customer statuses -----------------------------------------------------------------------------


def test_plain_subscription() -> None:
    assert statuses(subscription()) == ["SUBSCRIPTION"]


def test_plain_trial() -> None:
    assert statuses(trial()) == ["TRIAL"]


def test_trial_among_subscriptions() -> None:
    assert statuses(subscription(), trial()) == ["TRIAL", "SUBSCRIPTION"]


def test_customer_with_nothing_is_expired() -> None:
    assert statuses() == ["EXPIRED"]


def test_subscription_that_ended_yesterday_is_expired_and_today_is_not() -> None:
    assert statuses(subscription(end_date=day(-1))) == ["EXPIRED"]
    assert statuses(subscription(end_date=day(0))) == ["SUBSCRIPTION"]
    assert statuses(subscription(end_date=day(0), auto_renew=False)) == ["EXPIRING_SOON", "SUBSCRIPTION"]


def test_trial_in_force_keeps_from_expired() -> None:
    assert statuses(subscription(end_date=day(-1)), trial()) == ["TRIAL"]
    assert statuses(subscription(status="CANCELLED"), trial()) == ["TRIAL"]


def test_trial_that_is_over_does_not() -> None:
    assert statuses(trial(end_date=day(-1))) == ["EXPIRED"]
    assert statuses(trial(status="CANCELLED")) == ["EXPIRED"]
    assert statuses(trial(status="CONVERTED")) == ["EXPIRED"]
    assert statuses(trial(start_date=day(1))) == ["EXPIRED"]


def test_cancelled_subscription_counts_as_none() -> None:
    assert statuses(subscription(status="CANCELLED")) == ["EXPIRED"]
    assert statuses(subscription("S1", status="CANCELLED"), subscription("S2")) == ["SUBSCRIPTION"]


def test_suspended_until_the_subscription_has_ended() -> None:
    assert statuses(subscription(status="SUSPENDED")) == ["SUSPENDED"]
    assert statuses(subscription(status="SUSPENDED", end_date=day(0))) == ["SUSPENDED"]
    assert statuses(subscription(status="SUSPENDED", end_date=day(-1))) == ["EXPIRED"]
    assert statuses(subscription(status="SUSPENDED", start_date=day(5))) == ["SUSPENDED"]
    assert statuses(subscription("S1", status="SUSPENDED"), subscription("S2"), trial()) == [
        "SUSPENDED",
        "TRIAL",
        "SUBSCRIPTION",
    ]


def test_suspended_organization_keeps_its_other_statuses() -> None:
    assert statuses(suspended=True) == ["SUSPENDED", "EXPIRED"]
    assert statuses(subscription(), suspended=True) == ["SUSPENDED", "SUBSCRIPTION"]


def test_pending_setup_until_the_subscription_has_ended() -> None:
    assert statuses(subscription(status="PENDING_SETUP")) == ["ORDER_READY_FOR_SETUP"]
    assert statuses(subscription(status="PENDING_SETUP", end_date=day(0))) == ["ORDER_READY_FOR_SETUP"]
    assert statuses(subscription(status="PENDING_SETUP", end_date=day(-1))) == ["EXPIRED"]


def test_active_subscription_that_has_not_started() -> None:
    assert statuses(subscription(start_date=day(1))) == ["ORDER_READY_FOR_SETUP"]
    assert statuses(subscription(start_date=day(0))) == ["SUBSCRIPTION"]
    assert statuses(subscription(start_date=day(1), status="CANCELLED")) == ["EXPIRED"]


@pytest.mark.parametrize(("days", "expected"), [(0, True), (1, True), (29, True), (30, True), (31, False)])
def test_expiring_within_30_days(days: int, expected: bool) -> None:
    ending = subscription(end_date=day(days), auto_renew=False)
    renewing = subscription(end_date=day(days))

    assert ("EXPIRING_SOON" in statuses(ending)) is expected
    assert ("EXPIRING_SOON" in statuses(trial(end_date=day(days)))) is expected
    assert "EXPIRING_SOON" not in statuses(renewing)


def test_what_is_not_in_force_does_not_expire_soon() -> None:
    assert statuses(subscription(status="PENDING_SETUP", end_date=day(5), auto_renew=False)) == [
        "ORDER_READY_FOR_SETUP"
    ]


@pytest.mark.parametrize(
    ("signed_in", "expected"),
    [
        (datetime.combine(day(-90), time(0, 0), tzinfo=UTC), False),
        (datetime.combine(day(-90), time(23, 59, 59), tzinfo=UTC), False),
        (datetime.combine(day(-91), time(23, 59, 59), tzinfo=UTC), True),
        (datetime.combine(day(-91), time(0, 0), tzinfo=UTC), True),
        (None, True),
    ],
)
def test_no_activity_for_more_than_90_days(signed_in: datetime | None, expected: bool) -> None:
    found = statuses(subscription(), last_admin_sign_in_at=signed_in)

    assert found == (["NO_RECENT_ACTIVITY", "SUBSCRIPTION"] if expected else ["SUBSCRIPTION"])


@pytest.mark.parametrize(("assigned", "expected"), [(10, False), (11, True)])
def test_overage_by_one(assigned: int, expected: bool) -> None:
    bought = subscription()
    rows = one_customer(bought)
    rows["licenses"] = [line(bought, 10)]
    rows["license_usage"] = [usage(rows["licenses"][0], 0, assigned)]

    assert ("LICENSE_OVERAGE" in oracle.statuses(rows, "A", TODAY)) is expected


def test_overage_is_no_status_on_a_trial_or_out_of_force_or_before_its_snapshot() -> None:
    tried, over = trial(), subscription(end_date=day(-1))
    rows = one_customer(tried, over)
    rows["licenses"] = [line(tried, 10), line(over, 10)]
    rows["license_usage"] = [usage(row, -1, 11) for row in rows["licenses"]]

    assert oracle.statuses(rows, "A", TODAY) == ["TRIAL"]
    assert oracle.statuses(rows, "A", day(-1)) == ["LICENSE_OVERAGE", "TRIAL", "SUBSCRIPTION"]
    assert oracle.statuses(rows, "A", day(-2)) == ["TRIAL", "SUBSCRIPTION"]


def test_overage_of_a_line_without_licenses() -> None:
    bought = subscription()
    rows = one_customer(bought)
    rows["licenses"] = [line(bought, 0)]
    rows["license_usage"] = [usage(rows["licenses"][0], 0, 1)]

    assert oracle.primary_status(rows, "A", TODAY) == "LICENSE_OVERAGE"


def test_every_status_at_once_but_expired() -> None:
    over = subscription("S1", end_date=day(10), auto_renew=False)
    rows = one_customer(
        over, subscription("S2", start_date=day(1)), trial(), suspended=True, last_admin_sign_in_at=None
    )
    rows["licenses"] = [line(over, 1)]
    rows["license_usage"] = [usage(rows["licenses"][0], 0, 2)]

    assert oracle.statuses(rows, "A", TODAY) == [
        "SUSPENDED",
        "LICENSE_OVERAGE",
        "EXPIRING_SOON",
        "ORDER_READY_FOR_SETUP",
        "NO_RECENT_ACTIVITY",
        "TRIAL",
        "SUBSCRIPTION",
    ]


# ---- dates and products of a customer --------------------------------------------------------------


def test_next_dates() -> None:
    rows = one_customer(
        subscription("S1", end_date=day(50), auto_renew=False),
        subscription("S2", end_date=day(20)),
        subscription("S3", end_date=day(10)),
        subscription("S4", end_date=day(5), status="SUSPENDED"),
        subscription("S5", end_date=day(-1), auto_renew=False),
        trial("T1", end_date=day(40)),
        trial("T2", end_date=day(30), status="CANCELLED"),
    )

    assert oracle.next_expiration_on(rows, "A", TODAY) == day(40)
    assert oracle.next_renewal_on(rows, "A", TODAY) == day(10)
    assert oracle.next_date(rows, "A", TODAY) == day(10)
    assert oracle.next_expiration_on(one_customer(), "A", TODAY) is None
    assert oracle.next_renewal_on(one_customer(), "A", TODAY) is None
    assert oracle.next_date(one_customer(), "A", TODAY) is None


def test_products_are_those_in_force() -> None:
    running, over, tried = subscription("S1"), subscription("S2", end_date=day(-1)), trial()
    rows = one_customer(running, over, tried)
    rows["licenses"] = [
        line(running, 5, "MESSAGING"),
        line(running, 5, "CALLING"),
        line(over, 5, "EVENTS"),
        line(tried, 0, "MEETINGS"),
        line(tried, 5, "CALLING"),
    ]

    assert oracle.products(rows, "A", TODAY) == ["MEETINGS", "CALLING", "MESSAGING"]


def test_customer_fields() -> None:
    rows = one_customer(subscription(end_date=day(1)), trial(end_date=day(0)), industry="Retail")

    assert oracle.customer_fields(rows, "A", TODAY) == {
        "customerId": "A",
        "name": "Acme",
        "managedBy": "EXTERNAL_ADMIN",
        "country": "US",
        "industry": "Retail",
        "createdOn": "2023-01-01",
        "statuses": ["EXPIRING_SOON", "TRIAL", "SUBSCRIPTION"],
        "primaryStatus": "EXPIRING_SOON",
        "products": [],
        "nextExpirationOn": "2024-05-15",
        "nextRenewalOn": "2024-05-16",
    }


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


# ---- who sees whom ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "active", "expected"),
    [
        (["PARTNER_FULL_ADMIN"], True, {"A", "B"}),
        (["PARTNER_READ_ONLY_ADMIN"], True, {"A", "B"}),
        (["HELP_DESK_ADMIN"], True, {"A", "B"}),
        (["PARTNER_ADMIN"], True, {"B"}),
        (["PARTNER_ADMIN", "HELP_DESK_ADMIN"], True, {"A", "B"}),
        ([], True, set()),
        (["PARTNER_FULL_ADMIN"], False, set()),
        (["PARTNER_ADMIN"], False, set()),
    ],
)
def test_visible_customers(roles: list[str], active: bool, expected: set[str]) -> None:
    rows: Rows = {
        "customers": [customer("A"), customer("B")],
        "partner_admins": [{"email": "me", "roles": roles, "active": active}],
        "admin_assignments": [
            {"email": "me", "customer_id": "B"},
            {"email": "you", "customer_id": "A"},
        ],
    }

    assert oracle.visible_customers(rows, "me") == expected
    assert oracle.visible_customers(rows, "nobody") == set()


# ---- filters ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three() -> Rows:
    bought, ended, tried = subscription("S1", "A"), subscription("S2", "B", end_date=day(-1)), trial("T", "C")
    return {
        "customers": [
            customer("A", name="Zürich 100% Nord"),
            customer("B", name="nord bank", managed_by="PARTNER_ORGANIZATION", country="DE"),
            customer("C", name="under_score", suspended=True),
        ],
        "subscriptions": [bought, ended],
        "trials": [tried],
        "licenses": [
            line(bought, 1, "CALLING"),
            line(ended, 1, "DEVICES"),
            line(ended, 1, "MEETINGS"),
            line(tried, 1, "CALLING"),
        ],
        "tags": [{"name": "Key Account", "description": None}, {"name": "vip", "description": None}],
        "customer_tags": [
            {"customer_id": "A", "tag": "Key Account"},
            {"customer_id": "A", "tag": "vip"},
            {"customer_id": "C", "tag": "vip"},
        ],
        "admin_assignments": [
            {"email": "one", "customer_id": "A"},
            {"email": "two", "customer_id": "B"},
            {"email": "two", "customer_id": "A"},
        ],
    }


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({}, "ABC"),
        ({"statuses": [], "search": "", "tags": None, "products": []}, "ABC"),
        ({"managedBy": ["PARTNER_ORGANIZATION"]}, "B"),
        ({"managedBy": ["PARTNER_ORGANIZATION", "EXTERNAL_ADMIN"]}, "ABC"),
        ({"countries": ["DE", "FR"]}, "B"),
        ({"products": ["CALLING"]}, "AC"),
        ({"products": ["MEETINGS"]}, ""),
        ({"statuses": ["TRIAL"]}, "C"),
        ({"statuses": ["SUSPENDED", "EXPIRED"]}, "BC"),
        ({"subscriptionTypes": ["SUBSCRIPTION"]}, "A"),
        ({"subscriptionTypes": ["SUBSCRIPTION", "TRIAL"]}, "AC"),
        ({"tags": ["key ACCOUNT"]}, "A"),
        ({"tags": ["VIP", "unknown"]}, "AC"),
        ({"partnerAdmins": ["two"]}, "AB"),
        ({"partnerAdmins": ["one", "three"]}, "A"),
        ({"search": "NORD"}, "AB"),
        ({"search": "  bank \t NORD "}, "B"),
        ({"search": "ZÜRICH"}, "A"),
        ({"search": "%"}, "A"),
        ({"search": "_"}, "C"),
        ({"search": "nord a"}, "AB"),
        ({"search": "nord bank x"}, ""),
        ({"search": "c under"}, "C"),
        ({"search": "nord", "countries": ["US"]}, "A"),
    ],
)
def test_customer_filter(three: Rows, filter_: dict[str, Any], expected: str) -> None:
    assert oracle.filter_customers(three, "ABC", filter_, TODAY) == set(expected)


def test_customer_filter_keeps_to_the_given_customers(three: Rows) -> None:
    assert oracle.filter_customers(three, ["B", "C"], {"search": "nord"}, TODAY) == {"B"}


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({}, {"S1", "S2"}),
        ({"statuses": ["EXPIRED"]}, {"S2"}),
        ({"products": ["MEETINGS", "EVENTS"]}, {"S2"}),
        ({"autoRenew": True}, {"S1", "S2"}),
        ({"autoRenew": False}, set()),
        ({"endsFrom": day(-1), "endsTo": day(-1)}, {"S2"}),
        ({"endsFrom": day(0)}, {"S1"}),
        ({"endsTo": day(365)}, {"S1", "S2"}),
        ({"endsTo": day(364)}, {"S2"}),
        ({"search": "s1"}, {"S1"}),
        ({"search": "s nord"}, {"S1", "S2"}),
        ({"search": "s2 zürich"}, set()),
    ],
)
def test_subscription_filter(three: Rows, filter_: dict[str, Any], expected: set[str]) -> None:
    ids = oracle.subscription_ids(three, "ABC")

    assert oracle.filter_subscriptions(three, ids, filter_, TODAY) == expected


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({}, {"T"}),
        ({"statuses": ["EXPIRED", "CANCELLED"]}, set()),
        ({"statuses": ["ACTIVE"], "products": ["CALLING"]}, {"T"}),
        ({"products": ["MEETINGS"]}, set()),
        ({"endsFrom": day(60), "endsTo": day(60)}, {"T"}),
        ({"endsFrom": day(61)}, set()),
    ],
)
def test_trial_filter(three: Rows, filter_: dict[str, Any], expected: set[str]) -> None:
    assert oracle.filter_trials(three, oracle.trial_ids(three, "ABC"), filter_, TODAY) == expected


# ---- orders ----------------------------------------------------------------------------------------


def order(rows: Rows, field: str, direction: str) -> str:
    return "".join(oracle.order_customers(rows, oracle.Book(rows).customers, field, direction, on=TODAY))


def test_names_by_code_point_and_ties_by_id() -> None:
    names = {"A": "b", "B": "Z", "C": "Ä", "D": "b", "E": "a"}
    rows: Rows = {"customers": [customer(id_, name=name) for id_, name in names.items()]}

    assert order(rows, "NAME", "ASC") == "BEADC"
    assert order(rows, "NAME", "DESC") == "CADEB"


def test_ties_go_by_name_and_missing_values_last_in_both_directions() -> None:
    morning, evening = (datetime(2024, 5, 1, hour, tzinfo=UTC) for hour in (8, 20))
    rows: Rows = {
        "customers": [
            customer("A", name="d", last_admin_sign_in_at=evening),
            customer("B", name="c", last_admin_sign_in_at=morning),
            customer("C", name="b", last_admin_sign_in_at=evening),
            customer("D", name="b", last_admin_sign_in_at=None),
            customer("E", name="a", last_admin_sign_in_at=None),
        ]
    }

    assert order(rows, "LAST_ADMIN_SIGN_IN", "ASC") == "BCAED"
    assert order(rows, "LAST_ADMIN_SIGN_IN", "DESC") == "CABED"
    assert order(rows, "CREATED_ON", "DESC") == "ECDBA"


def test_order_by_next_dates() -> None:
    rows: Rows = {
        "customers": [customer(id_) for id_ in "ABC"],
        "subscriptions": [subscription("S1", "A"), subscription("S2", "C", end_date=day(9))],
        "trials": [trial("T1", "B"), trial("T2", "C", end_date=day(70))],
    }

    assert order(rows, "NEXT_RENEWAL", "ASC") == "CAB"
    assert order(rows, "NEXT_RENEWAL", "DESC") == "ACB"
    assert order(rows, "NEXT_EXPIRATION", "ASC") == "BCA"
    assert order(rows, "NEXT_EXPIRATION", "DESC") == "CBA"


def test_order_by_urgency() -> None:
    rows: Rows = {
        "customers": [
            customer("A"),
            customer("B"),
            customer("C", suspended=True),
            customer("D"),
            customer("E", suspended=True),
            customer("F", name="AAA"),
        ],
        "subscriptions": [
            subscription("S1", "A", end_date=day(100)),
            subscription("S2", "B", end_date=day(50)),
            subscription("S3", "E", end_date=day(50)),
            subscription("S4", "F", end_date=day(100), auto_renew=False),
        ],
    }

    # C and E are suspended (C has no date), D is expired, and the others have subscriptions.
    assert order(rows, "URGENCY", "ASC") == "ECDBFA"
    assert order(rows, "URGENCY", "DESC") == "FABDEC"


def test_order_of_entitlements() -> None:
    rows = one_customer(
        subscription("S2", end_date=day(1)),
        subscription("S1", end_date=day(1)),
        subscription("s0", end_date=day(0), start_date=day(-500), added_on=day(0)),
        trial("T1", end_date=day(1)),
        trial("T2", end_date=day(2), start_date=day(-11)),
    )
    ids = oracle.subscription_ids(rows, "A")

    assert oracle.order_subscriptions(rows, ids, "SUBSCRIPTION_ID") == ["S1", "S2", "s0"]
    assert oracle.order_subscriptions(rows, ids, "SUBSCRIPTION_ID", "DESC") == ["s0", "S2", "S1"]
    assert oracle.order_subscriptions(rows, ids, "END_DATE") == ["s0", "S1", "S2"]
    assert oracle.order_subscriptions(rows, ids, "END_DATE", "DESC") == ["S1", "S2", "s0"]
    assert oracle.order_subscriptions(rows, ids, "START_DATE") == ["s0", "S1", "S2"]
    assert oracle.order_subscriptions(rows, ids, "ADDED_ON", "DESC") == ["s0", "S1", "S2"]
    assert oracle.order_trials(rows, {"T1", "T2"}, "END_DATE", "DESC") == ["T2", "T1"]
    assert oracle.order_trials(rows, {"T1", "T2"}, "START_DATE") == ["T2", "T1"]
    assert oracle.order_trials(rows, {"T1", "T2"}, "ADDED_ON", "DESC") == ["T1", "T2"]


# ---- random rows -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def random_book() -> oracle.Book:
    return oracle.Book(random_rows(7, 400, TODAY))


def test_same_seed_same_rows() -> None:
    assert random_rows(3, 20, TODAY) == random_rows(3, 20, TODAY)
    assert random_rows(3, 20, TODAY) != random_rows(4, 20, TODAY)


def test_random_rows_hold_every_primary_status(random_book: oracle.Book) -> None:
    found = Counter(oracle.primary_status(random_book, id_, TODAY) for id_ in random_book.customers)

    assert set(found) == set(oracle.policy.STATUSES)
    assert min(found.values()) >= 5


def test_random_rows_hold_every_boundary(random_book: oracle.Book) -> None:
    rows = random_book.rows
    ends = {(row["end_date"] - TODAY).days for row in rows["subscriptions"]}
    starts = {(row["start_date"] - TODAY).days for row in rows["subscriptions"]}
    snapshots = {(row["date"] - TODAY).days for row in rows["license_usage"]}
    signed_in = {
        (TODAY - at.date()).days if (at := row["last_admin_sign_in_at"]) else None
        for row in rows["customers"]
    }

    assert {-91, -90, -1, 0, 1, 7, 29, 30, 31, 89, 90, 91} <= ends
    assert {-91, -90, -89, -31, -30, -8, -7, -1, 0, 1, 30} <= starts
    assert {-8, -7, -6, 0, 1} <= snapshots
    assert {None, 0, 89, 90, 91} <= signed_in
    assert {0, 49, 50, 249, 250, 999, 1000} <= {row["quantity"] for row in rows["licenses"]}


def test_random_rows_keep_the_contract(random_book: oracle.Book) -> None:
    rows = random_book.rows
    customers = set(random_book.customers)
    keys = {
        "customers": ("customer_id",),
        "subscriptions": ("subscription_id",),
        "trials": ("trial_id",),
        "licenses": ("subscription_id", "trial_id", "product"),
        "license_usage": ("subscription_id", "trial_id", "product", "date"),
        "orders": ("order_id",),
        "invoices": ("invoice_id",),
        "partner_admins": ("email",),
        "admin_assignments": ("email", "customer_id"),
        "tags": ("name",),
        "customer_tags": ("customer_id", "tag"),
        "calls": ("call_id",),
        "resources": ("resource_id",),
        "help_desks": ("name",),
    }

    assert rows.keys() == COLUMNS.keys() == keys.keys()
    for table, key in keys.items():
        assert rows[table], table
        assert all(row.keys() == COLUMNS[table].keys() for row in rows[table]), table
        assert len({tuple(row[column] for column in key) for row in rows[table]}) == len(rows[table]), table
        assert all(row["customer_id"] in customers for row in rows[table] if "customer_id" in row)
    for row in rows["subscriptions"] + rows["trials"]:
        assert row["start_date"] <= row["end_date"]  # it may be added before or after it starts
    for row in rows["license_usage"]:
        assert min(row["assigned"], row["used"], row["used_last_90_days"]) >= 0
    assert all(1 <= len(row["name"]) <= 25 for row in rows["tags"])


@settings(max_examples=25, deadline=None)
@given(rows_strategy(TODAY))
def test_at_least_one_status_always_applies(rows: Rows) -> None:
    book = oracle.Book(rows)
    for customer_id in book.customers:
        assert oracle.statuses(book, customer_id, TODAY)


# ---- files -----------------------------------------------------------------------------------------


def small_rows() -> Rows:
    return {
        "customers": [customer("A", name='Say "hi", Bank'), customer("B", last_admin_sign_in_at=None)],
        "partner_admins": [
            {
                "email": "me@partner.example",
                "display_name": "Me",
                "roles": ["PARTNER_ADMIN", "HELP_DESK_ADMIN"],
                "active": True,
                "last_sign_in_at": None,
            }
        ],
        "orders": [
            {
                "order_id": "O",
                "subscription_id": "S",
                "ordered_on": TODAY,
                "type": "NEW",
                "product": "MEETINGS",
                "quantity": 3,
                "amount": Decimal("0.10"),
                "currency": "USD",
            }
        ],
    }


def test_csv_files(tmp_path: Path) -> None:
    write_rows(small_rows(), tmp_path)

    assert (tmp_path / "customers.csv").read_bytes().decode() == (
        "customer_id,name,managed_by,country,industry,created_on,last_admin_sign_in_at,suspended\r\n"
        'A,"Say ""hi"", Bank",EXTERNAL_ADMIN,US,,2023-01-01,2024-05-15T08:00:00+00:00,false\r\n'
        "B,Acme,EXTERNAL_ADMIN,US,,2023-01-01,,false\r\n"
    )
    assert (tmp_path / "partner_admins.csv").read_text().splitlines()[1] == (
        "me@partner.example,Me,PARTNER_ADMIN|HELP_DESK_ADMIN,true,"
    )


def test_shuffled_csv_holds_the_same(tmp_path: Path) -> None:
    rows = random_rows(1, 20, TODAY)
    write_rows(rows, tmp_path / "plain")
    write_rows(rows, tmp_path / "shuffled", shuffle_seed=1)

    def read(folder: str) -> list[dict[str, str]]:
        with (tmp_path / folder / "licenses.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    assert read("plain") != read("shuffled")
    assert sorted(map(sorted, (row.items() for row in read("plain")))) == sorted(
        map(sorted, (row.items() for row in read("shuffled")))
    )


def test_json_lines_files(tmp_path: Path) -> None:
    write_rows(small_rows(), tmp_path, "jsonl")

    assert json.loads((tmp_path / "orders.jsonl").read_text()) == {
        "order_id": "O",
        "subscription_id": "S",
        "ordered_on": "2024-05-15",
        "type": "NEW",
        "product": "MEETINGS",
        "quantity": 3,
        "amount": "0.10",
        "currency": "USD",
    }
    second = (tmp_path / "customers.jsonl").read_text().splitlines()[1]
    assert json.loads(second)["last_admin_sign_in_at"] is None
    assert json.loads(second)["suspended"] is False


def test_parquet_files(tmp_path: Path) -> None:
    write_rows(small_rows(), tmp_path, "parquet")

    customers = polars.read_parquet(tmp_path / "customers.parquet").to_dicts()
    assert customers == small_rows()["customers"]
    admins = polars.read_parquet(tmp_path / "partner_admins.parquet").to_dicts()
    assert admins[0]["roles"] == "PARTNER_ADMIN|HELP_DESK_ADMIN"
    orders = polars.read_parquet(tmp_path / "orders.parquet").to_dicts()
    assert orders[0]["amount"] == Decimal("0.10")


def test_unknown_column_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="customers has no nickname"):
        write_rows({"customers": [customer(nickname="x")]}, tmp_path)
