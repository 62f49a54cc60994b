"""Rows by global ID, whatever their type."""

from resolvers.audit import AUDIT_EVENT_BY_ID
from resolvers.billing import INVOICE_BY_ID, ORDER_BY_ID
from resolvers.context import Relation
from resolvers.customers import CUSTOMER_BY_ID
from resolvers.entitlements import SUBSCRIPTION_BY_ID, TRIAL_BY_ID
from resolvers.library import RESOURCE_BY_ID
from resolvers.licenses import LICENSE_BY_ID
from resolvers.partner import PARTNER_BY_ID
from resolvers.people import PARTNER_ADMIN_BY_ID, TAG_BY_ID

NODES: dict[str, Relation] = {
    "Partner": PARTNER_BY_ID,
    "PartnerAdmin": PARTNER_ADMIN_BY_ID,
    "Customer": CUSTOMER_BY_ID,
    "Tag": TAG_BY_ID,
    "Subscription": SUBSCRIPTION_BY_ID,
    "Trial": TRIAL_BY_ID,
    "License": LICENSE_BY_ID,
    "Order": ORDER_BY_ID,
    "Invoice": INVOICE_BY_ID,
    "Resource": RESOURCE_BY_ID,
    "AuditEvent": AUDIT_EVENT_BY_ID,
}
"""How each type with an ID is found again."""
