"""The oracle on rows made by hand: who sees whom, filters and orders."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests import oracle
from tests.oracle import Rows
from tests.oracle_rows import TODAY, customer, day, line, one_customer, subscription, trial

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
