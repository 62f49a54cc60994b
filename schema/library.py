"""Resources and help desks."""

import strawberry

from resolvers.library import ResourceRow
from schema.enums import Product, ResourceKind
from schema.filters import ALTERNATIVES
from schema.node import Node, rows


@strawberry.type(description="A guide, video, training, tool or announcement for the partner's work.")
class Resource(Node):
    is_type_of = rows(ResourceRow)

    title: str = strawberry.field(description="Its title.")
    summary: str = strawberry.field(description="What it is about, in a sentence or two.")
    url: str = strawberry.field(description="Where it opens.")
    kind: ResourceKind = strawberry.field(description="What it is.")
    product: Product | None = strawberry.field(
        description="The product it is about; null for several or none."
    )
    language: str = strawberry.field(description="The language it is in, such as `en`.")
    quick_link: bool = strawberry.field(description="Shown among the quick links.")
    trending: bool = strawberry.field(description="Read by many these days.")
    tags: list[str] = strawberry.field(description="Words it is filed under.")


@strawberry.type(description="Who helps the partner with a service, and how they are reached.")
class HelpDesk:
    name: str = strawberry.field(description="The help desk's name.")
    service: str = strawberry.field(description="What it helps with.")
    email: str | None = strawberry.field(description="Its email address.")
    phone: str | None = strawberry.field(description="Its telephone number.")
    chat_url: str | None = strawberry.field(description="Where a chat with it opens.")
    hours: str | None = strawberry.field(description="When it is open, in words.")


@strawberry.input(description="Which resources." + ALTERNATIVES)
class ResourceFilter:
    kinds: list[ResourceKind] | None = strawberry.field(default=None, description="Of one of these kinds.")
    products: list[Product] | None = strawberry.field(
        default=None, description="About one of these products."
    )
    languages: list[str] | None = strawberry.field(default=None, description="In one of these languages.")
    quick_link: bool | None = strawberry.field(default=None, description="Quick links, or all others.")
    trending: bool | None = strawberry.field(default=None, description="Trending, or all others.")
