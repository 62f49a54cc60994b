"""The oracle on rows made by hand: what is in force, and which statuses a customer has."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from tests import oracle
from tests.oracle_rows import TODAY, day, line, one_customer, statuses, subscription, trial, usage

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
