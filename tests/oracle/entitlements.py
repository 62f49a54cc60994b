"""Subscriptions and trials: in force, status, days, filters and orders."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from tests.oracle.book import Book, Data, Row, as_book, entitlement_key
from tests.oracle.ordering import ordered


def is_trial(entitlement: Row) -> bool:
    return "trial_id" in entitlement


def in_force(entitlement: Row, on: date) -> bool:
    if not entitlement["start_date"] <= on <= entitlement["end_date"]:
        return False
    if is_trial(entitlement):
        return entitlement["status"] not in ("CANCELLED", "CONVERTED")
    return bool(entitlement["status"] == "ACTIVE")


def has_ended(entitlement: Row, on: date) -> bool:
    return bool(entitlement["end_date"] < on)


def auto_renews(entitlement: Row) -> bool:
    return not is_trial(entitlement) and bool(entitlement["auto_renew"])


def subscription_status(subscription: Row, on: date) -> str:
    """The stored status; EXPIRED once the end date is past, whatever is stored."""
    return "EXPIRED" if has_ended(subscription, on) else str(subscription["status"])


def trial_status(trial: Row, on: date) -> str:
    """An active trial expires with its end date; a cancelled or converted one stays what it is."""
    if trial["status"] == "ACTIVE" and has_ended(trial, on):
        return "EXPIRED"
    return str(trial["status"])


def display_id(entitlement: Row) -> str:
    return "Enterprise trial" if is_trial(entitlement) else str(entitlement["subscription_id"])


def renews_on(entitlement: Row) -> date | None:
    end: date = entitlement["end_date"]
    return end if auto_renews(entitlement) else None


def days_until_expiration(entitlement: Row, on: date) -> int | None:
    """Negative once the end is past; none for what auto-renews."""
    end: date = entitlement["end_date"]
    return None if auto_renews(entitlement) else (end - on).days


def days_until_renewal(entitlement: Row, on: date) -> int | None:
    end: date = entitlement["end_date"]
    return (end - on).days if auto_renews(entitlement) else None


def entitlements_of(data: Data, customer_id: str) -> list[Row]:
    book = as_book(data)
    return book.subscriptions_of[customer_id] + book.trials_of[customer_id]


def entitlement_of(data: Data, line: Row) -> Row:
    """The subscription or trial that a license line is on."""
    book = as_book(data)
    kind, identifier = entitlement_key(line)
    return book.subscriptions[identifier] if kind == "subscription" else book.trials[identifier]


def subscription_fields(subscription: Row, on: date) -> dict[str, Any]:
    """The computed and the plain fields of a Subscription, as the API answers them."""
    renewal = renews_on(subscription)
    return {
        "subscriptionId": subscription["subscription_id"],
        "displayId": display_id(subscription),
        "status": subscription_status(subscription, on),
        "addedOn": subscription["added_on"].isoformat(),
        "startDate": subscription["start_date"].isoformat(),
        "endDate": subscription["end_date"].isoformat(),
        "inForce": in_force(subscription, on),
        "autoRenew": subscription["auto_renew"],
        "renewsOn": None if renewal is None else renewal.isoformat(),
        "daysUntilExpiration": days_until_expiration(subscription, on),
        "daysUntilRenewal": days_until_renewal(subscription, on),
    }


def trial_fields(trial: Row, on: date) -> dict[str, Any]:
    return {
        "trialId": trial["trial_id"],
        "displayId": display_id(trial),
        "status": trial_status(trial, on),
        "addedOn": trial["added_on"].isoformat(),
        "startDate": trial["start_date"].isoformat(),
        "endDate": trial["end_date"].isoformat(),
        "inForce": in_force(trial, on),
        "daysUntilExpiration": days_until_expiration(trial, on),
    }


def subscription_ids(data: Data, customer_ids: Iterable[str]) -> set[str]:
    book = as_book(data)
    return {row["subscription_id"] for id_ in customer_ids for row in book.subscriptions_of[id_]}


def trial_ids(data: Data, customer_ids: Iterable[str]) -> set[str]:
    book = as_book(data)
    return {row["trial_id"] for id_ in customer_ids for row in book.trials_of[id_]}


def filter_subscriptions(data: Data, ids: Iterable[str], filter_: dict[str, Any], on: date) -> set[str]:
    """`filter_` is a SubscriptionFilter with dates as dates; null or an empty list does not narrow."""
    book = as_book(data)
    return {id_ for id_ in ids if _subscription_matches(book, book.subscriptions[id_], filter_, on)}


def _subscription_matches(book: Book, subscription: Row, filter_: dict[str, Any], on: date) -> bool:
    if filter_.get("statuses") and subscription_status(subscription, on) not in filter_["statuses"]:
        return False
    if filter_.get("autoRenew") is not None and subscription["auto_renew"] != filter_["autoRenew"]:
        return False
    if filter_.get("search"):
        customer = book.customers[subscription["customer_id"]]
        texts = [subscription["subscription_id"], customer["name"], customer["customer_id"]]
        if not every_word_occurs(filter_["search"], texts):
            return False
    return _products_and_end_match(book, subscription, filter_)


def filter_trials(data: Data, ids: Iterable[str], filter_: dict[str, Any], on: date) -> set[str]:
    """`filter_` is a TrialFilter with dates as dates; null or an empty list does not narrow."""
    book = as_book(data)
    return {id_ for id_ in ids if _trial_matches(book, book.trials[id_], filter_, on)}


def _trial_matches(book: Book, trial: Row, filter_: dict[str, Any], on: date) -> bool:
    if filter_.get("statuses") and trial_status(trial, on) not in filter_["statuses"]:
        return False
    return _products_and_end_match(book, trial, filter_)


def _products_and_end_match(book: Book, entitlement: Row, filter_: dict[str, Any]) -> bool:
    if filter_.get("products"):
        lines = book.lines_of.get(entitlement_key(entitlement), [])
        if not any(line["product"] in filter_["products"] for line in lines):
            return False
    if filter_.get("endsFrom") is not None and entitlement["end_date"] < filter_["endsFrom"]:
        return False
    return not (filter_.get("endsTo") is not None and entitlement["end_date"] > filter_["endsTo"])


def every_word_occurs(search: str, texts: Iterable[str]) -> bool:
    """Each word, case folded, is a part of at least one of the texts, case folded."""
    folded = [text.casefold() for text in texts]
    return all(any(word in text for text in folded) for word in search.casefold().split())


_ORDER_COLUMNS = {
    "SUBSCRIPTION_ID": "subscription_id",
    "START_DATE": "start_date",
    "END_DATE": "end_date",
    "ADDED_ON": "added_on",
}


def _column(of: dict[str, Row], field: str) -> Callable[[str], Any]:
    return lambda id_: of[id_][_ORDER_COLUMNS[field]]


def order_subscriptions(data: Data, ids: Iterable[str], field: str, direction: str = "ASC") -> list[str]:
    """By SUBSCRIPTION_ID, START_DATE, END_DATE or ADDED_ON; ties by subscription ID ascending."""
    return ordered(ids, _column(as_book(data).subscriptions, field), direction, ties=lambda id_: id_)


def order_trials(data: Data, ids: Iterable[str], field: str, direction: str = "ASC") -> list[str]:
    """By START_DATE, END_DATE or ADDED_ON; ties by trial ID ascending."""
    return ordered(ids, _column(as_book(data).trials, field), direction, ties=lambda id_: id_)
