"""The enums of the API, described. Types import them from here, where they have become GraphQL types."""

from enum import StrEnum

from kpis.customer_status import STATUS_RULES, CustomerStatus
from kpis.in_force import SubscriptionStatus, TrialStatus
from models.enums import (
    InvoiceStatus,
    ManagedBy,
    OrderType,
    OwnOrganizationState,
    PartnerRole,
    Product,
    ResourceKind,
)
from resolvers.customers import CustomerOrderField
from resolvers.entitlements import SubscriptionOrderField, SubscriptionType, TrialOrderField
from resolvers.viewer import Permission
from schema.describe import describe

__all__ = [
    "CustomerOrderField",
    "CustomerStatus",
    "InvoiceStatus",
    "ManagedBy",
    "OrderDirection",
    "OrderType",
    "OwnOrganizationState",
    "PartnerRole",
    "Permission",
    "Product",
    "ResourceKind",
    "SubscriptionOrderField",
    "SubscriptionStatus",
    "SubscriptionType",
    "TrialOrderField",
    "TrialStatus",
]


describe(
    Product,
    "What is licensed. Analytics cover Meetings and Calling.",
    {
        "MEETINGS": "Online meetings.",
        "CALLING": "The licensed calling service; the free calling between users is not in it.",
        "MESSAGING": "Messaging between people and in spaces.",
        "EVENTS": "Webinars and events.",
        "REAL_TIME_TRANSLATIONS": "Live translations of what is said in a meeting.",
        "DEVICES": "Registered desk and room devices.",
        "CONTACT_CENTER": "Agents and routing of a contact center.",
    },
)
describe(
    ManagedBy,
    "How the partner manages a customer.",
    {
        "EXTERNAL_ADMIN": "As an external administrator of an organization of its own.",
        "PARTNER_ORGANIZATION": "As a part of the partner's organization.",
    },
)
describe(
    PartnerRole,
    "An administrator role in the partner's organization. Rights of several roles add up.",
    {
        "PARTNER_FULL_ADMIN": "Sees every customer and may change everything.",
        "PARTNER_ADMIN": "Sees and manages the customers that they created or are assigned to.",
        "PARTNER_READ_ONLY_ADMIN": "Sees every customer and changes nothing.",
        "HELP_DESK_ADMIN": "Sees every customer, but no billing, analytics or audit trail; changes nothing.",
    },
)
describe(
    SubscriptionType,
    "What a customer's entitlement is.",
    {
        "SUBSCRIPTION": "Bought for a term.",
        "TRIAL": "To be tried for some days.",
    },
)
describe(
    CustomerStatus,
    "What a customer needs attention for, most urgent first. Several may apply, at least one does.",
    {rule.status: rule.help for rule in STATUS_RULES},
)
describe(
    SubscriptionStatus,
    "How a subscription stands today.",
    {
        "ACTIVE": "Paid for and set up. It is in force between its dates.",
        "SUSPENDED": "Suspended, for want of payment.",
        "PENDING_SETUP": "Ordered, and waiting to be set up.",
        "CANCELLED": "Cancelled before its end.",
        "EXPIRED": "Its end date is past.",
    },
)
describe(
    TrialStatus,
    "How a trial stands today.",
    {
        "ACTIVE": "Running, or about to.",
        "EXPIRED": "Its end date is past.",
        "CANCELLED": "Ended by an admin.",
        "CONVERTED": "A subscription followed it.",
    },
)
describe(
    OwnOrganizationState,
    "How far the partner's own organization is set up.",
    {
        "NOT_STARTED": "Nobody has accepted the terms yet.",
        "TERMS_ACCEPTED": "The terms are accepted; the set-up is still to be completed.",
        "READY": "Set up: it reads as a customer.",
    },
)
describe(
    OrderType,
    "What an order does.",
    {
        "NEW": "Starts a subscription or adds a product.",
        "CHANGE": "Changes a quantity.",
        "RENEWAL": "Renews for another term.",
        "CANCEL": "Ends a subscription or takes a product out.",
    },
)
describe(
    InvoiceStatus,
    "Whether an invoice is paid.",
    {
        "PAID": "Paid.",
        "DUE": "Open, and not yet late.",
        "OVERDUE": "Open beyond its due date.",
    },
)
describe(
    ResourceKind,
    "What a resource is.",
    {
        "GUIDE": "Text to read.",
        "VIDEO": "A recording to watch.",
        "TRAINING": "A course to take.",
        "TOOL": "Something to work with.",
        "ANNOUNCEMENT": "News.",
    },
)
describe(
    Permission,
    "What the viewer's roles allow beyond seeing customers.",
    {
        "VIEW_ANALYTICS": "See analytics and calling figures.",
        "VIEW_BILLING": "See orders and invoices.",
        "EDIT_TAGS": "Create, change and delete tags, and put them on customers that the role covers.",
        "MANAGE_TRIALS": "Start, extend, cancel and convert trials of customers that the role covers, and of new ones.",
        "MANAGE_ADMINS": "Add partner admins, set their roles and assign them to customers.",
        "MANAGE_OWN_ORGANIZATION": "Set up the partner's own organization.",
    },
)


class OrderDirection(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


describe(
    OrderDirection,
    "Which end of an order comes first. Rows without the value come last in both.",
    {
        "ASC": "Smallest, earliest or most urgent first.",
        "DESC": "Largest, latest or least urgent first.",
    },
)
describe(
    CustomerOrderField,
    "What customers are ordered by. Ties go by name, then customer ID.",
    {
        "NAME": "By name, as written: capitals before small letters.",
        "CREATED_ON": "By the day the customer was created.",
        "NEXT_EXPIRATION": "By `nextExpirationOn`.",
        "NEXT_RENEWAL": "By `nextRenewalOn`.",
        "LAST_ADMIN_SIGN_IN": "By `lastAdminSignInAt`.",
        "URGENCY": "By primary status, most urgent first, then by the nearer of next expiration and renewal.",
    },
)
describe(
    SubscriptionOrderField,
    "What subscriptions are ordered by. Ties go by subscription ID.",
    {
        "SUBSCRIPTION_ID": "By subscription ID.",
        "START_DATE": "By the first day of the term.",
        "END_DATE": "By the last day of the term.",
        "ADDED_ON": "By the day it was added to the customer.",
    },
)
describe(
    TrialOrderField,
    "What trials are ordered by. Ties go by trial ID.",
    {
        "START_DATE": "By the first day.",
        "END_DATE": "By the last day.",
        "ADDED_ON": "By the day it was added to the customer.",
    },
)
