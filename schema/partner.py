"""The viewer, and the partner with its policy and its own organization."""

from datetime import datetime
from typing import Any

import strawberry

from executor.declare import At, Load, needs, related
from kpis.policy import Policy as PolicySettings
from resolvers.customers import CUSTOMER_BY_ID
from resolvers.partner import OWN_ORGANIZATION, PARTNER_BY_ID, PLAN, PartnerRow
from resolvers.people import PARTNER_ADMIN_BY_ID
from schema.customers import Customer
from schema.enums import OwnOrganizationState, Permission, Product
from schema.info import Info
from schema.node import Node, rows
from schema.people import PartnerAdmin


def _help(name: str) -> str:
    return str(PolicySettings.model_fields[name].description)


@strawberry.type(description="Every threshold in force. The service's settings can change them.")
class Policy:
    expiring_soon_days: int = strawberry.field(description=_help("expiring_soon_days"))
    no_recent_activity_days: int = strawberry.field(description=_help("no_recent_activity_days"))
    low_assignment_share_of_median: float = strawberry.field(
        description=_help("low_assignment_share_of_median")
    )
    low_assignment_minimum_peers: int = strawberry.field(description=_help("low_assignment_minimum_peers"))
    size_bands: list[int] = strawberry.field(description=_help("size_bands"))
    usage_volume_limits: list[int] = strawberry.field(description=_help("usage_volume_limits"))
    good_call_packet_loss_percent: float = strawberry.field(
        description=_help("good_call_packet_loss_percent")
    )
    good_call_latency_ms: int = strawberry.field(description=_help("good_call_latency_ms"))
    good_call_jitter_ms: int = strawberry.field(description=_help("good_call_jitter_ms"))
    trial_default_days: int = strawberry.field(description=_help("trial_default_days"))
    trial_maximum_days: int = strawberry.field(description=_help("trial_maximum_days"))
    trial_maximum_quantity: int = strawberry.field(description=_help("trial_maximum_quantity"))
    tags_per_customer: int = strawberry.field(description=_help("tags_per_customer"))
    terms_version: str = strawberry.field(description=_help("terms_version"))


@strawberry.type(description="What the own organization's plan includes of a product.")
class PlanItem:
    product: Product = strawberry.field(description="The product.")
    quantity: int = strawberry.field(description="How many licenses of it.")
    description: str = strawberry.field(description="What they are for.")


def _plan() -> Any:
    return PLAN


def _launch_url(info: Info) -> str:
    return info.context.launch_url.format(id="own")


def _customer(root: Any, info: At) -> Load | None:
    return Load(CUSTOMER_BY_ID, root.customer_id) if root.state == OwnOrganizationState.READY else None


@strawberry.type(
    description="The partner's own Webex organization: set up once, then read like a customer."
    " It is not in the list of customers and not in the KPIs over customers."
)
class OwnOrganization:
    state: OwnOrganizationState = strawberry.field(description="How far it is set up.")
    plan = strawberry.field(
        resolver=_plan, graphql_type=list[PlanItem], description="What it includes, as the set-up shows it."
    )
    terms_accepted_at: datetime | None = strawberry.field(description="When the terms were accepted.")
    terms_accepted_by = related(
        PARTNER_ADMIN_BY_ID,
        key="terms_accepted_by_id",
        type=PartnerAdmin | None,
        description="Who accepted the terms.",
    )
    launch_url = strawberry.field(resolver=_launch_url, description="Opens the organization.")
    customer = related(
        _customer,
        type=Customer | None,
        description="The organization as a customer, once it is READY; for those who see every customer.",
    )


def _policy(info: Info) -> Any:
    return info.context.policy


@strawberry.type(description="A reseller who manages customers: whose data this is.")
class Partner(Node):
    is_type_of = rows(PartnerRow)

    name: str = strawberry.field(description="The partner's name.")
    own_organization = related(
        OWN_ORGANIZATION,
        key="id",
        type=OwnOrganization,
        description="The partner's own organization, from before its set-up on.",
    )
    policy = strawberry.field(
        resolver=_policy,
        graphql_type=Policy,
        description="The thresholds behind statuses and KPIs.",
        metadata=needs(),
    )


def _permissions(root: Any) -> list[Permission]:
    return [permission for permission in Permission if permission in root.permissions]


@strawberry.type(description="Who asks: the partner admin that the token names.")
class Viewer:
    admin = related(PARTNER_ADMIN_BY_ID, key="admin_id", type=PartnerAdmin, description="The admin.")
    partner = related(
        PARTNER_BY_ID, key="partner_id", type=Partner, description="The partner whose data the admin sees."
    )
    permissions = strawberry.field(
        resolver=_permissions, description="What the admin's roles allow beyond seeing customers."
    )
