"""What is stored: one table a module, plain enums, migrations. Knows no GraphQL and no HTTP."""

from models.admin_assignment import AdminAssignment
from models.audit_event import AuditEvent
from models.call import Call
from models.calling_endpoint_week import CallingEndpointWeek
from models.calling_feature_week import CallingFeatureWeek
from models.calling_queue_week import CallingQueueWeek
from models.calling_week import CallingWeek
from models.customer import Customer
from models.customer_position import CustomerPosition
from models.customer_tag import CustomerTag
from models.help_desk import HelpDesk
from models.idempotency_key import IdempotencyKey
from models.installation import Installation
from models.invoice import Invoice
from models.license import License
from models.license_change import LicenseChange
from models.license_state import LicenseState
from models.license_usage import LicenseUsage
from models.order import Order
from models.own_organization import OwnOrganization
from models.partner import Partner
from models.partner_admin import PartnerAdmin
from models.peer_median import PeerMedian
from models.resource import Resource
from models.subscription import Subscription
from models.tag import Tag
from models.trial import Trial

__all__ = [
    "AdminAssignment",
    "AuditEvent",
    "Call",
    "CallingEndpointWeek",
    "CallingFeatureWeek",
    "CallingQueueWeek",
    "CallingWeek",
    "Customer",
    "CustomerPosition",
    "CustomerTag",
    "HelpDesk",
    "IdempotencyKey",
    "Installation",
    "Invoice",
    "License",
    "LicenseChange",
    "LicenseState",
    "LicenseUsage",
    "Order",
    "OwnOrganization",
    "Partner",
    "PartnerAdmin",
    "PeerMedian",
    "Resource",
    "Subscription",
    "Tag",
    "Trial",
]
