"""The root of subscriptions. It is named Live: a Subscription is what a customer bought."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

import strawberry

from schema.selection import Info


@strawberry.type(description="A finished import.")
class DataImport:
    finished_at: datetime = strawberry.field(description="When it finished.")
    rows: int = strawberry.field(description="How many rows it added or changed.")
    tables: list[str] = strawberry.field(description="The tables it changed.")


async def _data_imported(info: Info) -> AsyncGenerator[Any, None]:
    async for event in info.context.events.imports(info.context.viewer.partner_id):
        yield event


@strawberry.type(description="What happens, as it happens.")
class Live:
    data_imported = strawberry.subscription(
        resolver=_data_imported,
        graphql_type=DataImport,
        description="An import of the partner's data finished: fetch again what is on the screen.",
    )
