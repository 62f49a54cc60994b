"""What changes share: their key, and how an outcome becomes a payload."""

import asyncio
from hashlib import sha256
from typing import Annotated, Any

import orjson
import strawberry
from graphql import print_ast

from executor.columns import wanted
from executor.declare import At, Load, related
from resolvers.changes.look_up import MOST_IDS
from resolvers.changes.perform import Action, Outcome, perform
from resolvers.changes.repeated import LONGEST_KEY, Key
from resolvers.context import Relation
from resolvers.customers import CUSTOMER_BY_ID
from schema.changes.errors import UserError
from schema.customers import Customer
from schema.info import Info, raw

WHAT = strawberry.argument(description="What to change, and into what.")
IdempotencyKey = Annotated[
    str | None,
    strawberry.argument(
        description="Your own name for this change, such as a random UUID"
        f" (1 to {LONGEST_KEY} printable characters): asked again within 24 hours, it is answered and not made again."
        " The header `Idempotency-Key` does the same for a whole operation."
    ),
]
CUSTOMER_IDS = f"The customers' IDs, {MOST_IDS} at most."
USER_ERRORS = "Why nothing was changed, and what to do; empty when the change was made."


async def made(info: Info, action: Action, idempotency_key: str | None, **arguments: Any) -> Outcome:
    """The outcome of the change, or of the first one under the same key."""
    return await perform(info.context, action, _key(info, idempotency_key, arguments), **arguments)


def given(**fields: Any) -> dict[str, Any]:
    """The fields of an input that the client wrote, null or not."""
    return {name: value for name, value in fields.items() if value is not strawberry.UNSET}


def changed(relation: Relation, *, type: Any, description: str) -> Any:
    """The field of the row that the change was about, as it stands now; null when nothing was changed."""

    def ask(root: Outcome, info: At) -> Load | None:
        return Load(relation, root.ids[0]) if root.ids else None

    return related(ask, type=type, description=description)


async def _customers(root: Any, info: Info) -> Any:
    if not root.ids:
        return None
    columns = wanted(info)
    rows = await asyncio.gather(*(info.context.load(CUSTOMER_BY_ID, id, (), columns) for id in root.ids))
    return [row for row in rows if row is not None]


@strawberry.type(description="What came of a change on customers.")
class CustomersPayload:
    customers = strawberry.field(
        resolver=_customers,
        graphql_type=list[Customer] | None,
        description="The customers, each once, in the order in which they were named; null when nothing was changed.",
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


def _key(info: Info, given: str | None, arguments: dict[str, Any]) -> Key | None:
    if given is not None:
        return Key(given, "", _digest(raw(info).field_name, arguments))
    if info.context.idempotency_key is not None:
        definitions = (raw(info).operation, *raw(info).fragments.values())
        asked = _digest("".join(map(print_ast, definitions)), info.variable_values)
        return Key(info.context.idempotency_key, str(raw(info).path.key), asked)
    return None


def _digest(*asked: object) -> str:
    text = orjson.dumps(asked, default=repr, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return sha256(text).hexdigest()
