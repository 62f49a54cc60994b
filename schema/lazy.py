"""Types that point at each other across modules: named here, looked up when the schema is built."""

from types import GenericAlias
from typing import Annotated, Any, ForwardRef

import strawberry


def lazy(name: str, module: str) -> Any:
    """The type of that name, defined in a module that itself imports this one."""
    return Annotated[ForwardRef(name), strawberry.lazy(module)]


CUSTOMER = lazy("Customer", "schema.customers")
PARTNER_ADMIN = lazy("PartnerAdmin", "schema.people")
PARTNER_ADMINS = GenericAlias(list, (PARTNER_ADMIN,))
TAGS = GenericAlias(list, (lazy("Tag", "schema.people"),))
