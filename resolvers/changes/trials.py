"""Trials: started, extended, cancelled and converted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.enums import Product, TrialState
from resolvers.changes import look_up
from resolvers.changes.change import Change, Done, Facts, Target
from resolvers.changes.errors import UserErrorCode, refuse
from resolvers.changes.new_customer import NewCustomer, add_customer
from resolvers.changes.numbering import external_id
from resolvers.changes.perform import Action
from resolvers.row import Row
from resolvers.scope import visible
from resolvers.viewer import Permission


@dataclass(frozen=True)
class TrialService:
    """What is tried, and how many licenses of it."""

    product: Product
    quantity: int


async def _start(
    change: Change,
    customer_id: str | None,
    new_customer: NewCustomer | None,
    services: Sequence[TrialService],
    days: int | None,
) -> Done:
    if (customer_id is None) == (new_customer is None):
        message = "Give exactly one of customerId and newCustomer."
        raise refuse(UserErrorCode.INVALID, message, "input", "customerId")
    policy = change.context.policy
    days = min(policy.trial_default_days, policy.trial_maximum_days) if days is None else days
    _check_days(change, days)
    _check_services(change, services)
    if new_customer is None:
        customer = await look_up.customer(change, customer_id or "")
        change.settle()
        assert customer
        await _require_nothing_ongoing(change, customer, services)
    else:
        customer = await add_customer(change, new_customer)
    return await _started(change, customer, new_customer, services, days)


async def _started(
    change: Change,
    customer: Row,
    new_customer: NewCustomer | None,
    services: Sequence[TrialService],
    days: int,
) -> Done:
    today = change.context.today
    name, ends = external_id("trial"), today + timedelta(days=days)
    rows = await change.fetch(
        "INSERT INTO trials"
        " (partner_id, external_id, customer_id, status, added_on, start_date, end_date, started_by_id)"
        " VALUES (:partner, :name::text, :customer::bigint, 'ACTIVE', :as_of, :as_of, :ends::date, :admin)"
        " RETURNING id",
        name=name,
        customer=customer.id,
        ends=ends,
    )
    trial = rows[0].id
    lines = await change.fetch(
        "INSERT INTO licenses (partner_id, trial_id, product, quantity)"
        " SELECT :partner, :trial::bigint, s.product, s.quantity"
        " FROM unnest(:products::text[], :quantities::int[]) AS s(product, quantity) RETURNING id",
        trial=trial,
        products=[service.product.value for service in services],
        quantities=[service.quantity for service in services],
    )
    after: Facts = {
        "customerId": customer.external_id,
        "newCustomer": new_customer.facts if new_customer else None,
        "services": {service.product.value: service.quantity for service in services},
        **_facts(TrialState.ACTIVE, ends),
    }
    return Done(
        (trial,),
        Target("Trial", trial, name),
        after=after,
        also=(Target("Customer", customer.id, customer.name),),
        customers=(customer.id,),
        licenses=[line.id for line in lines],
    )


def _check_days(change: Change, days: int) -> None:
    most = change.context.policy.trial_maximum_days
    if days < 1:
        change.problem(UserErrorCode.INVALID, f"days: give 1 to {most}, not {days}.", "days")
    elif days > most:
        message = f"A trial may run {most} days from today at most, not {days}."
        change.problem(UserErrorCode.LIMIT_REACHED, message, "days")


def _check_services(change: Change, services: Sequence[TrialService]) -> None:
    most = change.context.policy.trial_maximum_quantity
    if not services:
        change.problem(UserErrorCode.INVALID, "services: name at least one to try.", "services")
    times = Counter(service.product for service in services)
    for position, (product, quantity) in enumerate((each.product, each.quantity) for each in services):
        path = ("services", str(position))
        if times[product] > 1:
            message = f"{product} is there {times[product]} times: name each product once."
            change.problem(UserErrorCode.INVALID, message, *path, "product")
        if quantity < 1:
            message = f"quantity: give 1 to {most}, not {quantity}."
            change.problem(UserErrorCode.INVALID, message, *path, "quantity")
        elif quantity > most:
            message = f"A trial may have {most} licenses of a product at most, not {quantity}."
            change.problem(UserErrorCode.LIMIT_REACHED, message, *path, "quantity")


async def _require_nothing_ongoing(change: Change, customer: Row, services: Sequence[TrialService]) -> None:
    """Refuse what the customer is trying already."""
    rows = await change.fetch(
        "SELECT l.product, min(t.external_id) AS trial FROM trials t"
        " JOIN licenses l ON l.partner_id = :partner AND l.trial_id = t.id"
        " WHERE t.partner_id = :partner AND t.customer_id = :customer::bigint"
        " AND t.status = 'ACTIVE' AND t.end_date >= :as_of AND l.product = ANY(:products::text[])"
        " GROUP BY l.product",
        customer=customer.id,
        products=[service.product.value for service in services],
    )
    ongoing = {row.product: row.trial for row in rows}
    for position, service in enumerate(services):
        if service.product in ongoing:
            message = (
                f"{customer.name} is trying {service.product} already ({ongoing[service.product]})."
                " Extend that trial instead."
            )
            path = ("services", str(position), "product")
            change.problem(UserErrorCode.CONFLICT, message, *path)
    change.settle()


# ---- ongoing ones ----------------------------------------------------------------------------------


async def _extend(change: Change, id: str, days: int) -> Done:
    _check_days(change, days)
    trial = await _ongoing(change, id)
    ends = change.context.today + timedelta(days=days)
    if ends < trial.start_date:
        message = f"It would end before it starts on {trial.start_date}; give more days."
        raise refuse(UserErrorCode.INVALID, message, "input", "days")
    return await _set(change, trial, TrialState.ACTIVE, ends)


async def _cancel(change: Change, id: str) -> Done:
    trial = await _ongoing(change, id)
    return await _set(change, trial, TrialState.CANCELLED, _ends_now(change, trial))


async def _convert(change: Change, id: str, subscription_id: str) -> Done:
    trial = await _ongoing(change, id)
    rows = await change.fetch(
        "SELECT s.id, s.external_id AS name FROM subscriptions s WHERE s.partner_id = :partner"
        " AND s.external_id = :subscription::text AND s.customer_id = :customer::bigint",
        subscription=subscription_id,
        customer=trial.customer_id,
    )
    if not rows:
        message = f"{trial.customer_name} has no subscription {subscription_id[:60]!r}."
        raise refuse(UserErrorCode.NOT_FOUND, message, "input", "subscriptionId")
    return await _set(change, trial, TrialState.CONVERTED, _ends_now(change, trial), rows[0])


async def _ongoing(change: Change, id: str) -> Row:
    """The trial with this ID. Raises Refused if it is missing, over, or not the viewer's to change."""
    number = change.number("Trial", id, "id")
    change.settle()
    rows = await change.fetch(
        "SELECT t.id, t.external_id AS name, t.status, t.start_date, t.end_date, t.customer_id,"
        f" c.external_id, c.name AS customer_name, {visible(change.rights, 't.customer_id')} AS changeable"
        " FROM trials t JOIN customers c ON c.partner_id = :partner AND c.id = t.customer_id"
        f" WHERE t.partner_id = :partner AND t.id = :trial::bigint AND {visible(change.viewer, 't.customer_id')}",
        trial=number,
    )
    if not rows:
        raise refuse(UserErrorCode.NOT_FOUND, "There is no such trial.", "input", "id")
    trial = rows[0]
    if not trial.changeable:
        raise refuse(UserErrorCode.NOT_ALLOWED, look_up.MAY_NOT, "input", "id")
    if trial.status != TrialState.ACTIVE or trial.end_date < change.context.today:
        how = "EXPIRED" if trial.status == TrialState.ACTIVE else trial.status
        message = f"This trial is over: it is {how}, and its last day was {trial.end_date}. Start a new one."
        raise refuse(UserErrorCode.CONFLICT, message, "input", "id")
    return trial


async def _set(
    change: Change, trial: Row, status: TrialState, ends: date, subscription: Row | None = None
) -> Done:
    await change.fetch(
        "UPDATE trials t SET status = :status::text, end_date = :ends::date, converted_to_id = :subscription::bigint"
        " WHERE t.partner_id = :partner AND t.id = :trial::bigint",
        trial=trial.id,
        status=status.value,
        ends=ends,
        subscription=subscription.id if subscription else None,
    )
    lines = await change.fetch(
        "SELECT l.id FROM licenses l WHERE l.partner_id = :partner AND l.trial_id = :trial::bigint",
        trial=trial.id,
    )
    converted: Facts = {"subscriptionId": subscription.name} if subscription else {}
    also = (Target("Subscription", subscription.id, subscription.name),) if subscription else ()
    return Done(
        (trial.id,),
        Target("Trial", trial.id, trial.name),
        before={"customerId": trial.external_id, **_facts(trial.status, trial.end_date)},
        after={"customerId": trial.external_id, **_facts(status, ends), **converted},
        also=(Target("Customer", trial.customer_id, trial.customer_name), *also),
        customers=(trial.customer_id,) if (status, ends) != (trial.status, trial.end_date) else (),
        licenses=[line.id for line in lines],
    )


def _ends_now(change: Change, trial: Row) -> date:
    """Today, or what bounds it: a trial has its first day, and none ends later for being ended."""
    first, last = trial.start_date, min(trial.end_date, change.context.today)
    ends: date = max(first, last)
    return ends


def _facts(status: str, ends: date) -> Facts:
    return {"status": str(status), "endDate": ends}


START_TRIAL = Action("startTrial", Permission.MANAGE_TRIALS, _start)
EXTEND_TRIAL = Action("extendTrial", Permission.MANAGE_TRIALS, _extend)
CANCEL_TRIAL = Action("cancelTrial", Permission.MANAGE_TRIALS, _cancel)
CONVERT_TRIAL = Action("convertTrial", Permission.MANAGE_TRIALS, _convert)
