"""Changes of tags, and of which customers wear them."""

from typing import Annotated, Any

import strawberry

from models.bounds import LONGEST_TAG, LONGEST_TAG_DESCRIPTION
from resolvers.changes.look_up import MOST_IDS
from resolvers.changes.perform import Outcome
from resolvers.changes.tags import ADD_TAGS, CREATE_TAG, DELETE_TAG, REMOVE_TAGS, UPDATE_TAG
from resolvers.people import TAG_BY_ID
from schema.changes.errors import UserError
from schema.changes.payload import (
    CUSTOMER_IDS,
    USER_ERRORS,
    WHAT,
    CustomersPayload,
    IdempotencyKey,
    changed,
    given,
    made,
)
from schema.info import Info
from schema.people import Tag

_NAME = f"1 to {LONGEST_TAG} characters after trimming, unique in the partner whatever the case."
_DESCRIPTION = f"What it stands for; {LONGEST_TAG_DESCRIPTION} characters at most."


@strawberry.input(description="A new tag.")
class CreateTagInput:
    name: str = strawberry.field(description=_NAME)
    description: str | None = strawberry.field(default=None, description=_DESCRIPTION)


@strawberry.input(description="What to change of a tag. What is left out stays as it is.")
class UpdateTagInput:
    id: strawberry.ID = strawberry.field(description="The tag's ID.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description=_NAME)
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description=_DESCRIPTION + " Null takes it away."
    )


@strawberry.input(description="Which tag to delete.")
class DeleteTagInput:
    id: strawberry.ID = strawberry.field(description="The tag's ID.")


@strawberry.input(description="Which tags, on which customers: every one of these on every one of those.")
class TagCustomersInput:
    customer_ids: list[strawberry.ID] = strawberry.field(description=CUSTOMER_IDS)
    tag_ids: list[strawberry.ID] = strawberry.field(description=f"The tags' IDs, {MOST_IDS} at most.")


@strawberry.type(description="What came of a change of a tag.")
class TagPayload:
    tag = changed(TAG_BY_ID, type=Tag | None, description="The tag; null when nothing was changed.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


def _deleted_tag_id(root: Any, info: Info) -> strawberry.ID | None:
    return strawberry.ID(info.context.ids.seal("Tag", root.ids[0])) if root.ids else None


@strawberry.type(description="What came of deleting a tag.")
class DeleteTagPayload:
    deleted_tag_id = strawberry.field(
        resolver=_deleted_tag_id, description="The ID that it had; null when nothing was changed."
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


async def _create(
    info: Info, input: Annotated[CreateTagInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    return await made(info, CREATE_TAG, idempotency_key, name=input.name, description=input.description)


async def _update(
    info: Info, input: Annotated[UpdateTagInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    fields = given(name=input.name, description=input.description)
    return await made(info, UPDATE_TAG, idempotency_key, id=input.id, given=fields)


async def _delete(
    info: Info, input: Annotated[DeleteTagInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    return await made(info, DELETE_TAG, idempotency_key, id=input.id)


async def _add(
    info: Info, input: Annotated[TagCustomersInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    ids = {"customer_ids": input.customer_ids, "tag_ids": input.tag_ids}
    return await made(info, ADD_TAGS, idempotency_key, **ids)


async def _remove(
    info: Info, input: Annotated[TagCustomersInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    ids = {"customer_ids": input.customer_ids, "tag_ids": input.tag_ids}
    return await made(info, REMOVE_TAGS, idempotency_key, **ids)


create_tag = strawberry.mutation(
    resolver=_create, graphql_type=TagPayload, description="Create a tag. Needs EDIT_TAGS."
)
update_tag = strawberry.mutation(
    resolver=_update,
    graphql_type=TagPayload,
    description="Change a tag's name or description, for every customer that wears it. Needs EDIT_TAGS.",
)
delete_tag = strawberry.mutation(
    resolver=_delete,
    graphql_type=DeleteTagPayload,
    description="Delete a tag, and so take it off every customer, also those that the viewer does not see: tags are"
    " the partner's. Needs EDIT_TAGS.",
)
add_tags = strawberry.mutation(
    resolver=_add,
    graphql_type=CustomersPayload,
    description="Put tags on customers: on all of them or, when one is refused, on none. Needs EDIT_TAGS.",
)
remove_tags = strawberry.mutation(
    resolver=_remove,
    graphql_type=CustomersPayload,
    description="Take tags off customers: off all of them or, when one is refused, off none. Needs EDIT_TAGS.",
)
