"""Setting up the partner's own organization."""

from typing import Annotated

import strawberry

from resolvers.changes.own_organization import ACCEPT_TERMS, COMPLETE_SETUP
from resolvers.changes.perform import Outcome
from resolvers.partner import OWN_ORGANIZATION
from schema.changes.errors import UserError
from schema.changes.payload import USER_ERRORS, WHAT, IdempotencyKey, changed, made
from schema.info import Info
from schema.partner import OwnOrganization


@strawberry.input(description="Which terms are accepted.")
class AcceptOwnOrganizationTermsInput:
    terms_version: str = strawberry.field(
        description="The version that was shown and accepted: the policy's `termsVersion`."
    )


@strawberry.type(description="What came of a step of the own organization's set-up.")
class OwnOrganizationPayload:
    own_organization = changed(
        OWN_ORGANIZATION,
        type=OwnOrganization | None,
        description="The own organization; null when nothing was changed.",
    )
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


async def _accept(
    info: Info,
    input: Annotated[AcceptOwnOrganizationTermsInput, WHAT],
    idempotency_key: IdempotencyKey = None,
) -> Outcome:
    return await made(info, ACCEPT_TERMS, idempotency_key, terms_version=input.terms_version)


async def _complete(info: Info, idempotency_key: IdempotencyKey = None) -> Outcome:
    return await made(info, COMPLETE_SETUP, idempotency_key)


accept_terms = strawberry.mutation(
    resolver=_accept,
    graphql_type=OwnOrganizationPayload,
    description="Accept the terms of the own organization, once. Needs MANAGE_OWN_ORGANIZATION.",
)
complete_setup = strawberry.mutation(
    resolver=_complete,
    graphql_type=OwnOrganizationPayload,
    description="Complete the set-up, once the terms are accepted: from then on the own organization reads as a"
    " customer. Needs MANAGE_OWN_ORGANIZATION.",
)
