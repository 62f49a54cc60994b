"""Partner admins and tags."""

from models.enums import ACCESS_TO_ALL_CUSTOMERS
from resolvers.criteria import CONTAINS_WORDS
from resolvers.entity import Entity
from resolvers.listing import Listing
from resolvers.order import Key, Order
from resolvers.relations import Children, by_id
from resolvers.row import Row
from resolvers.told import Told, ToldRow


class PartnerAdminRow(Row):
    """A partner admin."""


class ToldPartnerAdmin(ToldRow):
    """A partner admin as another row tells of them."""


class TagRow(Row):
    """A tag."""


_ACCESS_TO_ALL = (
    "pa.roles && ARRAY[" + ", ".join(f"'{role}'" for role in sorted(ACCESS_TO_ALL_CUSTOMERS)) + "]"
)

PARTNER_ADMIN = Entity(
    "PartnerAdmin",
    PartnerAdminRow,
    "partner_admins pa",
    columns={
        "email": "pa.email",
        "display_name": "pa.display_name",
        "roles": "pa.roles",
        "active": "pa.active",
        "has_access_to_all_customers": f"({_ACCESS_TO_ALL})",
        "last_sign_in_at": "pa.last_sign_in_at",
    },
)
PARTNER_ADMIN_CRITERIA = {
    "roles": "pa.roles && :roles::text[]",
    "active": "pa.active = :active::bool",
    "has_access_to_all_customers": f"({_ACCESS_TO_ALL}) = :has_access_to_all_customers::bool",
    "search": CONTAINS_WORDS.format(text="pa.search_text"),
}
PARTNER_ADMIN_ORDER = Order("partner admins", (Key("pa.display_name"), Key("pa.email_key")))

TAG = Entity(
    "Tag",
    TagRow,
    "tags g",
    columns={
        "name": "g.name",
        "description": "g.description",
        "created_at": "g.created_at",
        "created_by_id": "g.created_by_id",
    },
)
TAG_CRITERIA = {"search": CONTAINS_WORDS.format(text="g.name_key")}
TAG_ORDER = Order("tags", (Key("g.name_key"),))


PARTNER_ADMIN_BY_ID = by_id(PARTNER_ADMIN)
PARTNER_ADMINS_TOLD = Told(ToldPartnerAdmin, ("id", "display_name"), PARTNER_ADMIN_BY_ID)
PARTNER_ADMINS = Listing(PARTNER_ADMIN, PARTNER_ADMIN_CRITERIA)
PARTNER_ADMINS_OF_CUSTOMER = Children(
    PARTNER_ADMIN,
    "pa.id IN (SELECT ca.admin_id FROM admin_assignments ca"
    " WHERE ca.partner_id = :partner AND ca.customer_id = parent.id)",
    "pa.display_name, pa.email_key",
)
TAG_BY_ID = by_id(TAG)
TAGS = Listing(TAG, TAG_CRITERIA)
TAGS_OF_CUSTOMER = Children(
    TAG,
    "g.id IN (SELECT ct.tag_id FROM customer_tags ct"
    " WHERE ct.partner_id = :partner AND ct.customer_id = parent.id)",
    "g.name_key",
)
