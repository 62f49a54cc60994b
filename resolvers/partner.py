"""The viewer's partner and its own organization."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import OwnOrganizationState, Product
from resolvers.context import Arguments, Columns, Context
from resolvers.row import Row


class PartnerRow(Row):
    """The viewer's partner."""


class OwnOrganizationRow(Row):
    """How far the partner's own organization is set up."""


@dataclass(frozen=True)
class PlanItem:
    """What the own organization's plan includes of a product."""

    product: Product
    quantity: int
    description: str


PLAN = (
    PlanItem(Product.MEETINGS, 100, "Meetings for your own team, to show and to support what you sell."),
    PlanItem(Product.CALLING, 100, "Calling for your own team, with queues and auto attendants."),
    PlanItem(Product.MESSAGING, 100, "Messaging for your own team and with your customers."),
    PlanItem(Product.DEVICES, 10, "Desk and room devices registered to your organization."),
)


@dataclass(frozen=True)
class PartnerById:
    """The viewer's own partner; any other id has none."""

    async def load(
        self, context: Context, parents: Sequence[int], _arguments: Arguments, _columns: Columns
    ) -> list[PartnerRow | None]:
        sql = "SELECT p.id, p.name, p.usage_processed_at FROM partners p WHERE p.id = :partner"
        rows = await context.database.fetch(sql, context.parameters(), PartnerRow)
        return [rows[0] if parent == context.viewer.partner_id else None for parent in parents]


@dataclass(frozen=True)
class OwnOrganizationOfPartner:
    """The own organization's state: NOT_STARTED until somebody accepts the terms."""

    async def load(
        self, context: Context, parents: Sequence[int], _arguments: Arguments, _columns: Columns
    ) -> list[OwnOrganizationRow]:
        sql = (
            "SELECT coalesce(w.state, :not_started::text) AS state, w.terms_accepted_at, w.terms_accepted_by_id,"
            " w.customer_id FROM partners p LEFT JOIN own_organizations w ON w.partner_id = p.id WHERE p.id = :partner"
        )
        values = context.parameters() | {"not_started": OwnOrganizationState.NOT_STARTED.value}
        rows = await context.database.fetch(sql, values, OwnOrganizationRow)
        return [rows[0]] * len(parents)


PARTNER_BY_ID = PartnerById()
OWN_ORGANIZATION = OwnOrganizationOfPartner()
