from tortoise import fields

from models.base import PartnerRow
from models.fields import CTextField


class HelpDesk(PartnerRow):
    """Who helps the partner with a service, and how they are reached."""

    name = CTextField()
    service = CTextField()
    email = fields.TextField(null=True)
    phone = fields.TextField(null=True)
    chat_url = fields.TextField(null=True)
    hours = fields.TextField(null=True)

    class Meta:
        table = "help_desks"
        unique_together = (("partner_id", "name"),)
