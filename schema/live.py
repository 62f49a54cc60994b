"""The root of subscriptions. It is named Live: a Subscription is what a customer bought."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any

import strawberry

from executor.columns import wanted
from resolvers.live import changed_customers
from schema.customers import Customer
from schema.info import Info


@strawberry.type(description="A finished import.")
class DataImport:
    finished_at: datetime = strawberry.field(description="When it finished.")
    rows: int = strawberry.field(description="How many rows it added or changed.")
    tables: list[str] = strawberry.field(description="The tables it changed.")


async def _customer_changed(
    info: Info,
    customer_ids: Annotated[
        list[strawberry.ID] | None,
        strawberry.argument(
            description="Only these customers; all that the viewer may see if left out or empty."
        ),
    ] = None,
) -> AsyncGenerator[Any, None]:
    numbers = frozenset(info.context.ids.open_all_as("Customer", customer_ids or (), "customerIds"))
    async with aclosing(changed_customers(info.context, numbers, wanted(info))) as customers:
        async for customer in customers:
            yield customer


async def _data_imported(info: Info) -> AsyncGenerator[Any, None]:
    async with aclosing(info.context.events.imports(info.context.viewer.partner_id)) as imports:
        async for event in imports:
            yield event


@strawberry.type(description="What happens, as it happens.")
class Live:
    customer_changed = strawberry.subscription(
        resolver=_customer_changed,
        graphql_type=Customer,
        description="A customer that the viewer may see looks different: its tags, trials, admins or statuses were"
        " changed. One that changes faster than it is read comes once, as it stands then. After an import there is"
        " `dataImported` instead.",
    )
    data_imported = strawberry.subscription(
        resolver=_data_imported,
        graphql_type=DataImport,
        description="An import changed the partner's data: fetch again what is on the screen.",
    )
