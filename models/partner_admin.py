from tortoise import fields

from models.base import PartnerRow
from models.fields import CTextField, text_array


class PartnerAdmin(PartnerRow):
    """A user of the partner's organization. `email_key` is the email in lower case: sign-in ignores case."""

    email = CTextField()
    email_key = CTextField()
    display_name = CTextField()
    search_text = CTextField()
    """Name and email, folded: see `models.search`."""
    roles = text_array()
    active = fields.BooleanField()
    last_sign_in_at = fields.DatetimeField(null=True)

    class Meta:
        table = "partner_admins"
        unique_together = (("partner_id", "email_key"),)
