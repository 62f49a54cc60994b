"""What happens, as one viewer may see it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from time import monotonic

from resolvers.context import Columns, Context
from resolvers.customers import CUSTOMER_BY_ID
from resolvers.row import Row
from resolvers.viewer import viewer_now

FRESH_SECONDS = 1.0
"""How long what was read is told without another look, to a reader that takes its time."""


async def changed_customers(
    context: Context, wanted: frozenset[int], columns: Columns
) -> AsyncGenerator[Row, None]:
    """Each of the wanted customers that looks different, as it stands then; of all, when none is named."""
    async with aclosing(context.events.changed_customers(context.viewer.partner_id)) as changes:
        async for customers in changes:
            chosen = [customer for customer in customers if not wanted or customer in wanted]
            while chosen:
                await _look_again(context)
                rows = await CUSTOMER_BY_ID.load(context, chosen, (), columns)
                read_at = monotonic()
                for row in rows:
                    if monotonic() - read_at > FRESH_SECONDS:
                        break
                    chosen.pop(0)
                    if row is not None:
                        context.forget()
                        yield row


async def _look_again(context: Context) -> None:
    """A stream outlives what its request began with: roles may be others now, and it may be another day."""
    context.viewer = await viewer_now(context.database, context.viewer)
    context.today = context.clock()
    context.forget()
