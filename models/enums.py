"""The closed sets of values that rows hold, under the names that the files and the API use."""

from enum import StrEnum


class Product(StrEnum):
    MEETINGS = "MEETINGS"
    CALLING = "CALLING"
    MESSAGING = "MESSAGING"
    EVENTS = "EVENTS"
    REAL_TIME_TRANSLATIONS = "REAL_TIME_TRANSLATIONS"
    DEVICES = "DEVICES"
    CONTACT_CENTER = "CONTACT_CENTER"


class ManagedBy(StrEnum):
    EXTERNAL_ADMIN = "EXTERNAL_ADMIN"
    PARTNER_ORGANIZATION = "PARTNER_ORGANIZATION"


class SubscriptionState(StrEnum):
    """What a subscription is stored as; that it has ended is read from its dates."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_SETUP = "PENDING_SETUP"
    CANCELLED = "CANCELLED"


class TrialState(StrEnum):
    """What a trial is stored as; that it has run out is read from its dates."""

    ACTIVE = "ACTIVE"
    CANCELLED = "CANCELLED"
    CONVERTED = "CONVERTED"


class PartnerRole(StrEnum):
    PARTNER_FULL_ADMIN = "PARTNER_FULL_ADMIN"
    PARTNER_ADMIN = "PARTNER_ADMIN"
    PARTNER_READ_ONLY_ADMIN = "PARTNER_READ_ONLY_ADMIN"
    HELP_DESK_ADMIN = "HELP_DESK_ADMIN"


ACCESS_TO_ALL_CUSTOMERS = frozenset(
    {PartnerRole.PARTNER_FULL_ADMIN, PartnerRole.PARTNER_READ_ONLY_ADMIN, PartnerRole.HELP_DESK_ADMIN}
)


class OwnOrganizationState(StrEnum):
    NOT_STARTED = "NOT_STARTED"
    TERMS_ACCEPTED = "TERMS_ACCEPTED"
    READY = "READY"


class OrderType(StrEnum):
    NEW = "NEW"
    CHANGE = "CHANGE"
    RENEWAL = "RENEWAL"
    CANCEL = "CANCEL"


class InvoiceStatus(StrEnum):
    PAID = "PAID"
    DUE = "DUE"
    OVERDUE = "OVERDUE"


class ResourceKind(StrEnum):
    GUIDE = "GUIDE"
    VIDEO = "VIDEO"
    TRAINING = "TRAINING"
    TOOL = "TOOL"
    ANNOUNCEMENT = "ANNOUNCEMENT"


class CallDirection(StrEnum):
    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"
    INTERNAL = "INTERNAL"


class CallOutcome(StrEnum):
    ANSWERED = "ANSWERED"
    UNANSWERED = "UNANSWERED"
    FAILED = "FAILED"


class EndpointType(StrEnum):
    WXC_CLIENT = "WXC_CLIENT"
    WXC_DEVICE = "WXC_DEVICE"
    WXC_THIRD_PARTY = "WXC_THIRD_PARTY"
    TEAMS_WXC_CLIENT = "TEAMS_WXC_CLIENT"
    WXC_SIP_GW = "WXC_SIP_GW"
    SIP = "SIP"


class CallingFeature(StrEnum):
    CALL_QUEUE = "CALL_QUEUE"
    AUTO_ATTENDANT = "AUTO_ATTENDANT"
    HUNT_GROUP = "HUNT_GROUP"
    CALL_PARK = "CALL_PARK"
    CALL_PICKUP = "CALL_PICKUP"
    CALL_FORWARD = "CALL_FORWARD"
    CALL_TRANSFER = "CALL_TRANSFER"
    VOICEMAIL = "VOICEMAIL"
    CALL_RECORDING = "CALL_RECORDING"
    PAGING_GROUP = "PAGING_GROUP"
    SINGLE_NUMBER_REACH = "SINGLE_NUMBER_REACH"


class QueueOutcome(StrEnum):
    ANSWERED = "ANSWERED"
    OVERFLOWED = "OVERFLOWED"
    ABANDONED = "ABANDONED"
