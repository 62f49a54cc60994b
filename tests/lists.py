"""The root lists as a client reads them: a page, a whole list, or a list walked page by page."""

from dataclasses import dataclass
from typing import Any

from tests.server import Api

PAGE_INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
LARGEST_PAGE = 1000


@dataclass(frozen=True)
class ListField:
    """A root field with pages, the types of its arguments, and the field that tells its rows apart."""

    name: str
    key: str
    types: tuple[tuple[str, str], ...]


_PAGE = (("first", "Int"), ("after", "String"), ("last", "Int"), ("before", "String"))
CUSTOMERS = ListField(
    "customers", "customerId", (("filter", "CustomerFilter"), ("orderBy", "CustomerOrder"), *_PAGE)
)
SUBSCRIPTIONS = ListField(
    "subscriptions",
    "subscriptionId",
    (("filter", "SubscriptionFilter"), ("orderBy", "SubscriptionOrder"), *_PAGE),
)
TRIALS = ListField("trials", "trialId", (("filter", "TrialFilter"), ("orderBy", "TrialOrder"), *_PAGE))
PARTNER_ADMINS = ListField("partnerAdmins", "email", (("filter", "PartnerAdminFilter"), *_PAGE))
TAGS = ListField("tags", "name", (("search", "String"), *_PAGE))
RESOURCES = ListField("resources", "url", (("search", "String"), ("filter", "ResourceFilter"), *_PAGE))
LISTS = (CUSTOMERS, SUBSCRIPTIONS, TRIALS, PARTNER_ADMINS, TAGS, RESOURCES)


def operation(field: ListField, select: str) -> str:
    """A query that takes each argument of the list as a variable."""
    variables = ", ".join(f"${name}: {type}" for name, type in field.types)
    arguments = ", ".join(f"{name}: ${name}" for name, _ in field.types)
    return f"query({variables}) {{ {field.name}({arguments}) {{ {select} }} }}"


async def page(
    api: Api, email: str, field: ListField, select: str, *, partner: str | None = None, **arguments: Any
) -> dict[str, Any]:
    """One page; null is as good as an argument not given."""
    answer = await api.ask(email, operation(field, select), arguments, partner=partner)
    found: dict[str, Any] = answer.data[field.name]
    return found


async def walk(
    api: Api, email: str, field: ListField, size: int, *, backward: bool = False, **arguments: Any
) -> list[str]:
    """The keys of the whole list in pages of this size, from either end. Every page tells what is around it."""
    select = f"nodes {{ {field.key} }} {PAGE_INFO}"
    keys: list[str] = []
    cursor = None
    while True:
        bounds: dict[str, Any] = {"first": size, "after": cursor}
        if backward:
            bounds = {"last": size, "before": cursor}
        found = await page(api, email, field, select, **bounds, **arguments)
        shown, info = [node[field.key] for node in found["nodes"]], found["pageInfo"]
        more, came = ("hasPreviousPage", "hasNextPage") if backward else ("hasNextPage", "hasPreviousPage")
        assert info[came] == (cursor is not None)
        assert len(shown) == size or not info[more]
        keys = shown + keys if backward else keys + shown
        if not info[more]:
            return keys
        cursor = info["startCursor" if backward else "endCursor"]


async def whole(api: Api, email: str, field: ListField, **arguments: Any) -> list[str]:
    """The keys of the whole list, whose `totalCount` is how many they are."""
    select = f"totalCount nodes {{ {field.key} }} {PAGE_INFO}"
    found = await page(api, email, field, select, first=LARGEST_PAGE, **arguments)
    keys = [node[field.key] for node in found["nodes"]]
    total = found["totalCount"]
    while found["pageInfo"]["hasNextPage"]:
        after = found["pageInfo"]["endCursor"]
        found = await page(api, email, field, select, first=LARGEST_PAGE, after=after, **arguments)
        keys += [node[field.key] for node in found["nodes"]]
    assert total == len(keys)
    return keys


async def nodes(
    api: Api, email: str, field: ListField, select: str, *, size: int = LARGEST_PAGE, **arguments: Any
) -> list[dict[str, Any]]:
    """Every node of the whole list, in pages of this size."""
    text = f"nodes {{ {select} }} pageInfo {{ hasNextPage endCursor }}"
    found: list[dict[str, Any]] = []
    after = None
    while True:
        one = await page(api, email, field, text, first=size, after=after, **arguments)
        found += one["nodes"]
        after = one["pageInfo"]["endCursor"]
        if not one["pageInfo"]["hasNextPage"]:
            return found
