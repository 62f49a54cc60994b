"""Customers: statuses, what is next, who sees whom, filters and orders."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from tests.oracle import policy
from tests.oracle.book import Book, Data, Row, as_book, entitlement_key, utc_date
from tests.oracle.entitlements import (
    auto_renews,
    entitlements_of,
    every_word_occurs,
    has_ended,
    in_force,
)
from tests.oracle.licenses import license_state, lines_in_force
from tests.oracle.ordering import ordered


def statuses(data: Data, customer_id: str, on: date) -> list[str]:
    """Every status that applies, the most urgent first."""
    book = as_book(data)
    customer = book.customers[customer_id]
    subscriptions = book.subscriptions_of[customer_id]
    not_ended = [row for row in subscriptions if not has_ended(row, on)]
    in_force_subscriptions = [row for row in subscriptions if in_force(row, on)]
    in_force_trials = [row for row in book.trials_of[customer_id] if in_force(row, on)]

    found = []
    if customer["suspended"] or any(row["status"] == "SUSPENDED" for row in not_ended):
        found.append("SUSPENDED")
    if all(row["status"] == "CANCELLED" for row in not_ended) and not in_force_trials:
        found.append("EXPIRED")
    if any(_has_overage(book, row, on) for row in in_force_subscriptions):
        found.append("LICENSE_OVERAGE")
    expiring = in_force_trials + [row for row in in_force_subscriptions if not row["auto_renew"]]
    if any((row["end_date"] - on).days <= policy.EXPIRING_SOON_DAYS for row in expiring):
        found.append("EXPIRING_SOON")
    if any(_awaits_setup(row, on) for row in not_ended):
        found.append("ORDER_READY_FOR_SETUP")
    if _no_recent_activity(customer, on):
        found.append("NO_RECENT_ACTIVITY")
    if in_force_trials:
        found.append("TRIAL")
    if in_force_subscriptions:
        found.append("SUBSCRIPTION")
    return found


def _has_overage(book: Book, subscription: Row, on: date) -> bool:
    lines = book.lines_of.get(entitlement_key(subscription), [])
    return any(license_state(book, line, on)["overage"] > 0 for line in lines)


def _awaits_setup(subscription: Row, on: date) -> bool:
    if subscription["status"] == "PENDING_SETUP":
        return True
    return bool(subscription["status"] == "ACTIVE" and subscription["start_date"] > on)


def _no_recent_activity(customer: Row, on: date) -> bool:
    signed_in = customer["last_admin_sign_in_at"]
    return signed_in is None or (on - utc_date(signed_in)).days > policy.NO_RECENT_ACTIVITY_DAYS


def primary_status(data: Data, customer_id: str, on: date) -> str:
    return statuses(data, customer_id, on)[0]


def products(data: Data, customer_id: str, on: date) -> list[str]:
    """The products on entitlements in force, in the order of the schema's enum."""
    found = {line["product"] for line in lines_in_force(data, customer_id, on)}
    return [product for product in policy.PRODUCTS if product in found]


def next_expiration_on(data: Data, customer_id: str, on: date) -> date | None:
    ends = [
        row["end_date"]
        for row in entitlements_of(data, customer_id)
        if in_force(row, on) and not auto_renews(row)
    ]
    return min(ends, default=None)


def next_renewal_on(data: Data, customer_id: str, on: date) -> date | None:
    ends = [
        row["end_date"]
        for row in entitlements_of(data, customer_id)
        if in_force(row, on) and auto_renews(row)
    ]
    return min(ends, default=None)


def next_date(data: Data, customer_id: str, on: date) -> date | None:
    """The nearer of the next expiration and the next renewal."""
    book = as_book(data)
    dates = [next_expiration_on(book, customer_id, on), next_renewal_on(book, customer_id, on)]
    return min((day for day in dates if day is not None), default=None)


def tags(data: Data, customer_id: str) -> set[str]:
    return set(as_book(data).tags_of.get(customer_id, []))


def assigned_admins(data: Data, customer_id: str) -> set[str]:
    """The e-mail addresses of the partner admins assigned to the customer."""
    return set(as_book(data).admins_of.get(customer_id, []))


def customer_fields(data: Data, customer_id: str, on: date) -> dict[str, Any]:
    """The scalar fields of a Customer, as the API answers them (without times and addresses)."""
    book = as_book(data)
    customer = book.customers[customer_id]
    expiration = next_expiration_on(book, customer_id, on)
    renewal = next_renewal_on(book, customer_id, on)
    applying = statuses(book, customer_id, on)
    return {
        "customerId": customer["customer_id"],
        "name": customer["name"],
        "managedBy": customer["managed_by"],
        "country": customer["country"],
        "industry": customer["industry"],
        "createdOn": customer["created_on"].isoformat(),
        "statuses": applying,
        "primaryStatus": applying[0],
        "products": products(book, customer_id, on),
        "nextExpirationOn": None if expiration is None else expiration.isoformat(),
        "nextRenewalOn": None if renewal is None else renewal.isoformat(),
    }


def visible_customers(data: Data, email: str) -> set[str]:
    """The customers that an admin may see. Imported rows know no creator, so assignments decide."""
    book = as_book(data)
    for admin in book.rows.get("partner_admins", []):
        if admin["email"] == email and admin["active"]:
            roles = set(admin["roles"] or [])
            if roles & policy.ROLES_THAT_SEE_ALL:
                return set(book.customers)
            if "PARTNER_ADMIN" in roles:
                return {id_ for id_ in book.customers if email in assigned_admins(book, id_)}
    return set()


def filter_customers(data: Data, ids: Iterable[str], filter_: dict[str, Any], on: date) -> set[str]:
    """`filter_` is a CustomerFilter, with `partnerAdmins` (e-mail addresses) for `partnerAdminIds`.

    Null or an empty list does not narrow.
    """
    book = as_book(data)
    return {id_ for id_ in ids if _matches(book, id_, filter_, on)}


def _matches(book: Book, customer_id: str, filter_: dict[str, Any], on: date) -> bool:
    customer = book.customers[customer_id]
    if filter_.get("managedBy") and customer["managed_by"] not in filter_["managedBy"]:
        return False
    if filter_.get("countries") and customer["country"] not in filter_["countries"]:
        return False
    if filter_.get("products") and not set(filter_["products"]) & set(products(book, customer_id, on)):
        return False
    if filter_.get("statuses") and not set(filter_["statuses"]) & set(statuses(book, customer_id, on)):
        return False
    if filter_.get("subscriptionTypes"):
        types = set()
        if any(in_force(row, on) for row in book.subscriptions_of[customer_id]):
            types.add("SUBSCRIPTION")
        if any(in_force(row, on) for row in book.trials_of[customer_id]):
            types.add("TRIAL")
        if not types & set(filter_["subscriptionTypes"]):
            return False
    if filter_.get("tags"):
        wanted = {name.casefold() for name in filter_["tags"]}
        if not wanted & {name.casefold() for name in tags(book, customer_id)}:
            return False
    if filter_.get("partnerAdmins") and not (
        set(filter_["partnerAdmins"]) & assigned_admins(book, customer_id)
    ):
        return False
    if filter_.get("search"):
        return every_word_occurs(filter_["search"], [customer["name"], customer["customer_id"]])
    return True


def order_customers(
    data: Data, ids: Iterable[str], field: str = "NAME", direction: str = "ASC", *, on: date
) -> list[str]:
    """By a CustomerOrderField; ties by name, then customer ID, ascending."""
    book = as_book(data)

    def name_and_id(customer_id: str) -> tuple[str, str]:
        return (book.customers[customer_id]["name"], customer_id)

    if field == "URGENCY":
        # The nearer date first, then the status: an order by the latter keeps the former among equals.
        by_date = ordered(ids, lambda id_: next_date(book, id_, on), direction, ties=name_and_id)
        ranks = {id_: policy.STATUSES.index(primary_status(book, id_, on)) for id_ in by_date}
        return sorted(by_date, key=lambda id_: ranks[id_], reverse=direction == "DESC")

    values: dict[str, Callable[[str], Any]] = {
        "NAME": lambda id_: book.customers[id_]["name"],
        "CREATED_ON": lambda id_: book.customers[id_]["created_on"],
        "NEXT_EXPIRATION": lambda id_: next_expiration_on(book, id_, on),
        "NEXT_RENEWAL": lambda id_: next_renewal_on(book, id_, on),
        "LAST_ADMIN_SIGN_IN": lambda id_: book.customers[id_]["last_admin_sign_in_at"],
    }
    return ordered(ids, values[field], direction, ties=name_and_id)
