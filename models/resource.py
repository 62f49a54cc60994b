from tortoise import fields

from models.base import PartnerRow
from models.enums import Product, ResourceKind
from models.fields import CTextField, one_of, text_array


class Resource(PartnerRow):
    """A guide, video, training, tool or announcement; `external_id` is the resource ID."""

    external_id = CTextField()
    title = CTextField()
    summary = fields.TextField()
    search_text = CTextField()
    """Title, summary and tags, folded: see `models.search`."""
    url = fields.TextField()
    kind = fields.TextField()
    product = fields.TextField(null=True)
    language = fields.TextField()
    quick_link = fields.BooleanField()
    trending = fields.BooleanField()
    tags = text_array()

    class Meta:
        table = "resources"
        unique_together = (("partner_id", "external_id"),)
        indexes = (("partner_id", "title", "external_id"),)
        constraints = (one_of("kind", ResourceKind), one_of("product", Product))
