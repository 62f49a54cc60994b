"""Resources and help desks."""

from resolvers.criteria import CONTAINS_WORDS
from resolvers.entity import Entity
from resolvers.listing import Listing
from resolvers.order import Key, Order
from resolvers.relations import Children, by_id
from resolvers.row import Row


class ResourceRow(Row):
    """A resource."""


class HelpDeskRow(Row):
    """A help desk."""


RESOURCE = Entity(
    "Resource",
    ResourceRow,
    "resources r",
    columns={
        name: f"r.{name}"
        for name in (
            "title",
            "summary",
            "url",
            "kind",
            "product",
            "language",
            "quick_link",
            "trending",
            "tags",
        )
    },
)
RESOURCE_CRITERIA = {
    "kinds": "r.kind = ANY(:kinds::text[])",
    "products": "r.product = ANY(:products::text[])",
    "languages": "r.language = ANY(:languages::text[])",
    "quick_link": "r.quick_link = :quick_link::bool",
    "trending": "r.trending = :trending::bool",
    "search": CONTAINS_WORDS.format(text="r.search_text"),
}
RESOURCE_ORDER = Order("resources", (Key("r.title"), Key("r.external_id")))

HELP_DESK = Entity(
    "HelpDesk",
    HelpDeskRow,
    "help_desks h",
    columns={name: f"h.{name}" for name in ("name", "service", "email", "phone", "chat_url", "hours")},
)

RESOURCE_BY_ID = by_id(RESOURCE)
RESOURCES = Listing(RESOURCE, RESOURCE_CRITERIA)
HELP_DESKS = Children(
    HELP_DESK, "(:service::text IS NULL OR h.service = :service::text)", "h.service, h.name"
)
