from tortoise import fields

from models.base import PartnerRow
from models.enums import OwnOrganizationState
from models.fields import one_of


class OwnOrganization(PartnerRow):
    """How far the partner's own organization is set up. Partners without a row have not started."""

    state = fields.TextField(default=OwnOrganizationState.NOT_STARTED)
    terms_version = fields.TextField(null=True)
    terms_accepted_at = fields.DatetimeField(null=True)
    terms_accepted_by_id = fields.BigIntField(null=True)
    customer_id = fields.BigIntField(null=True)

    class Meta:
        table = "own_organizations"
        unique_together = (("partner_id",),)
        constraints = (one_of("state", OwnOrganizationState),)
