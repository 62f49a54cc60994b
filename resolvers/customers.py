"""Customers: their columns, filters and orders, and the lists that they stand in."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from kpis import customer_status as status
from models.enums import Product
from resolvers.context import Arguments
from resolvers.criteria import CONTAINS_WORDS, SealedIds, folded, freeze, words
from resolvers.entity import Entity, Summary
from resolvers.listing import Listing
from resolvers.order import Key, Order, directed, in_order_of
from resolvers.relations import ByKey, by_id
from resolvers.row import Row
from resolvers.told import Told, ToldRow


class CustomerRow(Row):
    """A customer."""


CUSTOMER = Entity(
    "Customer",
    CustomerRow,
    "customers c",
    customer="c.id",
    columns={
        "customer_id": "c.external_id",
        "name": "c.name",
        "managed_by": "c.managed_by",
        "country": "c.country",
        "industry": "c.industry",
        "created_on": "c.created_on",
        "last_admin_sign_in_at": "c.last_admin_sign_in_at",
        "statuses": status.STATUSES,
        "primary_status": status.PRIMARY_STATUS,
        "products": f"ARRAY(SELECT p FROM unnest(lin.products) p ORDER BY {in_order_of(Product, 'p')})",
        "next_expiration_on": status.NEXT_EXPIRATION_ON,
        "next_renewal_on": status.NEXT_RENEWAL_ON,
    },
    joins={
        "sub": Summary("subscriptions s", "s.customer_id", "c.id", status.SUBSCRIPTION_SUMMARY),
        "tri": Summary("trials t", "t.customer_id", "c.id", status.TRIAL_SUMMARY),
        "lin": Summary("license_states ls", "ls.customer_id", "c.id", status.LINE_SUMMARY),
    },
)

CUSTOMER_CRITERIA = {
    "managed_by": "c.managed_by = ANY(:managed_by::text[])",
    "countries": "c.country = ANY(:countries::text[])",
    "products": "coalesce(lin.products && :products::text[], false)",
    "statuses": f"{status.STATUSES} && :statuses::text[]",
    "subscription_types": (
        "(('SUBSCRIPTION' = ANY(:subscription_types::text[]) AND coalesce(sub.in_force, false))"
        " OR ('TRIAL' = ANY(:subscription_types::text[]) AND coalesce(tri.in_force, false)))"
    ),
    "tags": (
        "EXISTS (SELECT 1 FROM customer_tags ct JOIN tags g ON g.partner_id = :partner AND g.id = ct.tag_id"
        " WHERE ct.partner_id = :partner AND ct.customer_id = c.id AND g.name_key = ANY(:tags::text[]))"
    ),
    "partner_admin_ids": (
        "EXISTS (SELECT 1 FROM admin_assignments ca WHERE ca.partner_id = :partner AND ca.customer_id = c.id"
        " AND ca.admin_id = ANY(:partner_admin_ids::bigint[]))"
    ),
    "search": CONTAINS_WORDS.format(text="c.search_text"),
}


class CustomerOrderField(StrEnum):
    NAME = "NAME"
    CREATED_ON = "CREATED_ON"
    NEXT_EXPIRATION = "NEXT_EXPIRATION"
    NEXT_RENEWAL = "NEXT_RENEWAL"
    LAST_ADMIN_SIGN_IN = "LAST_ADMIN_SIGN_IN"
    URGENCY = "URGENCY"


_TIES = (Key("c.name"), Key("c.external_id"))
_ORDERS = {
    CustomerOrderField.NAME: (Key("c.name"),),
    CustomerOrderField.CREATED_ON: (Key("c.created_on", "date"),),
    CustomerOrderField.NEXT_EXPIRATION: (Key(status.NEXT_EXPIRATION_ON, "date", nullable=True),),
    CustomerOrderField.NEXT_RENEWAL: (Key(status.NEXT_RENEWAL_ON, "date", nullable=True),),
    CustomerOrderField.LAST_ADMIN_SIGN_IN: (Key("c.last_admin_sign_in_at", "timestamptz", nullable=True),),
    CustomerOrderField.URGENCY: (Key(status.URGENCY, "int"), Key(status.NEARER_DATE, "date", nullable=True)),
}


@cache
def customer_order(field: CustomerOrderField = CustomerOrderField.NAME, *, descending: bool = False) -> Order:
    return directed(f"customers by {field}", _ORDERS[field], _TIES, descending=descending)


def customer_criteria(given: Mapping[str, Any]) -> Arguments:
    """The criteria of a CustomerFilter."""
    return freeze(given, {"tags": folded, "search": words, "partner_admin_ids": _admins})


def _admins(ids: list[str]) -> SealedIds:
    return SealedIds("PartnerAdmin", "filter.partnerAdminIds", tuple(ids))


CUSTOMER_BY_ID = by_id(CUSTOMER)
CUSTOMER_BY_CUSTOMER_ID = ByKey(CUSTOMER, "c.external_id", "text")


class ToldCustomer(ToldRow):
    """A customer as another row tells of it."""


CUSTOMERS_TOLD = Told(ToldCustomer, ("id", "customer_id", "name"), CUSTOMER_BY_ID)
CUSTOMERS = Listing(CUSTOMER, CUSTOMER_CRITERIA)
CUSTOMERS_OF_TAG = Listing(
    CUSTOMER,
    CUSTOMER_CRITERIA,
    "c.id IN (SELECT ct.customer_id FROM customer_tags ct"
    " WHERE ct.partner_id = :partner AND ct.tag_id = parent.id)",
)
CUSTOMERS_OF_ADMIN = Listing(
    CUSTOMER,
    CUSTOMER_CRITERIA,
    "c.id IN (SELECT ca.customer_id FROM admin_assignments ca"
    " WHERE ca.partner_id = :partner AND ca.admin_id = parent.id)",
)
