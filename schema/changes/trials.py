"""Changes of trials."""

from typing import Annotated

import strawberry

from models.bounds import LONGEST_NAME
from resolvers.changes.new_customer import LONGEST_INDUSTRY, NewCustomer
from resolvers.changes.perform import Outcome
from resolvers.changes.trials import CANCEL_TRIAL, CONVERT_TRIAL, EXTEND_TRIAL, START_TRIAL, TrialService
from resolvers.entitlements import TRIAL_BY_ID
from schema.changes.errors import UserError
from schema.changes.payload import USER_ERRORS, WHAT, IdempotencyKey, changed, made
from schema.entitlements import Trial
from schema.enums import Product
from schema.info import Info


@strawberry.input(
    description="A customer that is created with its first trial. It is managed as EXTERNAL_ADMIN."
)
class NewCustomerInput:
    name: str = strawberry.field(
        description=f"The company's name: 1 to {LONGEST_NAME} characters after trimming."
    )
    admin_email: str = strawberry.field(
        description="The address of the customer's first administrator; it is kept in the audit trail."
    )
    country: str = strawberry.field(description="Where it is: ISO 3166-1 alpha-2, such as `DE`.")
    industry: str | None = strawberry.field(
        default=None, description=f"Its business vertical; {LONGEST_INDUSTRY} characters at most."
    )


@strawberry.input(description="A product to try.")
class TrialServiceInput:
    product: Product = strawberry.field(description="The product; each one once.")
    quantity: int = strawberry.field(description="How many licenses: 1 to `trialMaximumQuantity`.")


@strawberry.input(
    description="A trial to start, for an existing or for a new customer: exactly one of the two."
)
class StartTrialInput:
    customer_id: strawberry.ID | None = strawberry.field(default=None, description="The customer's ID.")
    new_customer: NewCustomerInput | None = strawberry.field(
        default=None, description="The customer to create, which its creator sees from then on."
    )
    services: list[TrialServiceInput] = strawberry.field(
        description="What to try. A customer has one ongoing trial of a product at most."
    )
    days: int | None = strawberry.field(
        default=None,
        description="How long: it ends that many days from today, `trialMaximumDays` at most;"
        " `trialDefaultDays` if left out.",
    )


@strawberry.input(description="How long a trial goes on.")
class ExtendTrialInput:
    id: strawberry.ID = strawberry.field(description="The trial's ID.")
    days: int = strawberry.field(
        description="It will end that many days from today, whenever it was to end: 1 to `trialMaximumDays`."
    )


@strawberry.input(description="Which trial to cancel.")
class CancelTrialInput:
    id: strawberry.ID = strawberry.field(description="The trial's ID.")


@strawberry.input(description="Which subscription followed a trial.")
class ConvertTrialInput:
    id: strawberry.ID = strawberry.field(description="The trial's ID.")
    subscription_id: str = strawberry.field(
        description="The `subscriptionId` of a subscription of the same customer."
    )


@strawberry.type(description="What came of a change of a trial.")
class TrialPayload:
    trial = changed(TRIAL_BY_ID, type=Trial | None, description="The trial; null when nothing was changed.")
    user_errors: list[UserError] = strawberry.field(description=USER_ERRORS)


async def _start(
    info: Info, input: Annotated[StartTrialInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    new = input.new_customer
    return await made(
        info,
        START_TRIAL,
        idempotency_key,
        customer_id=input.customer_id,
        new_customer=NewCustomer(new.name, new.admin_email, new.country, new.industry) if new else None,
        services=[TrialService(service.product, service.quantity) for service in input.services],
        days=input.days,
    )


async def _extend(
    info: Info, input: Annotated[ExtendTrialInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    return await made(info, EXTEND_TRIAL, idempotency_key, id=input.id, days=input.days)


async def _cancel(
    info: Info, input: Annotated[CancelTrialInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    return await made(info, CANCEL_TRIAL, idempotency_key, id=input.id)


async def _convert(
    info: Info, input: Annotated[ConvertTrialInput, WHAT], idempotency_key: IdempotencyKey = None
) -> Outcome:
    subscription = input.subscription_id
    return await made(info, CONVERT_TRIAL, idempotency_key, id=input.id, subscription_id=subscription)


start_trial = strawberry.mutation(
    resolver=_start,
    graphql_type=TrialPayload,
    description="Start a trial today. Needs MANAGE_TRIALS. A lost answer is asked for again under the same"
    " idempotency key, or there may be two.",
)
extend_trial = strawberry.mutation(
    resolver=_extend,
    graphql_type=TrialPayload,
    description="Set the end of an ongoing trial to some days from today; it does not add them."
    " Needs MANAGE_TRIALS.",
)
cancel_trial = strawberry.mutation(
    resolver=_cancel, graphql_type=TrialPayload, description="End an ongoing trial now. Needs MANAGE_TRIALS."
)
convert_trial = strawberry.mutation(
    resolver=_convert,
    graphql_type=TrialPayload,
    description="End an ongoing trial, and note the subscription that followed it. Needs MANAGE_TRIALS.",
)
