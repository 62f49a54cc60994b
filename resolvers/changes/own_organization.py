"""The partner's own organization: its terms accepted, then set up, once."""

from models.enums import ManagedBy, OwnOrganizationState
from resolvers.changes.change import Change, Done, Target
from resolvers.changes.errors import UserErrorCode, refuse
from resolvers.changes.new_customer import insert_customer
from resolvers.changes.numbering import external_id
from resolvers.changes.perform import Action
from resolvers.row import Row
from resolvers.viewer import Permission

CUSTOMER_ID = "own-organization"
UNKNOWN_COUNTRY = "ZZ"
"""What ISO 3166 leaves free, and others use, for a country that is not known."""


async def _accept_terms(change: Change, terms_version: str) -> Done:
    current = change.context.policy.terms_version
    if terms_version != current:
        message = f"The terms in force are version {current!r}: read and accept those."
        raise refuse(UserErrorCode.INVALID, message, "input", "termsVersion")
    own = await _own_organization(change)
    if own.state == OwnOrganizationState.READY:
        raise refuse(UserErrorCode.CONFLICT, "Your own organization is set up already.")
    if own.terms_version == current:
        raise refuse(UserErrorCode.CONFLICT, "The terms are accepted already: complete the set-up.")
    await change.fetch(
        "INSERT INTO own_organizations (partner_id, state, terms_version, terms_accepted_at, terms_accepted_by_id)"
        " VALUES (:partner, 'TERMS_ACCEPTED', :version::text, clock_timestamp(), :admin)"
        " ON CONFLICT (partner_id) DO UPDATE SET state = excluded.state, terms_version = excluded.terms_version,"
        " terms_accepted_at = excluded.terms_accepted_at, terms_accepted_by_id = excluded.terms_accepted_by_id",
        version=current,
    )
    after = {"state": OwnOrganizationState.TERMS_ACCEPTED.value, "termsVersion": current}
    before = {"state": own.state, "termsVersion": own.terms_version}
    return Done((own.id,), Target("Partner", own.id, own.name), before, after)


async def _complete(change: Change) -> Done:
    own = await _own_organization(change)
    if own.state == OwnOrganizationState.READY:
        raise refuse(UserErrorCode.CONFLICT, "Your own organization is set up already.")
    if own.state != OwnOrganizationState.TERMS_ACCEPTED:
        raise refuse(
            UserErrorCode.CONFLICT, "The terms come first: accept them by acceptOwnOrganizationTerms."
        )
    customer = await insert_customer(
        change,
        await _free_customer_id(change),
        own.name,
        ManagedBy.PARTNER_ORGANIZATION,
        UNKNOWN_COUNTRY,
        is_own_organization=True,
    )
    await change.fetch(
        "UPDATE own_organizations w SET state = 'READY', customer_id = :customer::bigint"
        " WHERE w.partner_id = :partner",
        customer=customer.id,
    )
    return Done(
        (own.id,),
        Target("Partner", own.id, own.name),
        before={"state": own.state},
        after={"state": OwnOrganizationState.READY.value, "customerId": customer.external_id},
        also=(Target("Customer", customer.id, customer.name),),
        customers=(customer.id,),
    )


async def _own_organization(change: Change) -> Row:
    """The partner, with how far its organization is set up."""
    rows = await change.fetch(
        "SELECT p.id, p.name, coalesce(w.state, 'NOT_STARTED') AS state, w.terms_version FROM partners p"
        " LEFT JOIN own_organizations w ON w.partner_id = p.id WHERE p.id = :partner"
    )
    return rows[0]


async def _free_customer_id(change: Change) -> str:
    """The plain ID, unless an imported customer has it."""
    sql = "SELECT c.id FROM customers c WHERE c.partner_id = :partner AND c.external_id = :customer_id::text"
    taken = await change.fetch(sql, customer_id=CUSTOMER_ID)
    return external_id(CUSTOMER_ID) if taken else CUSTOMER_ID


ACCEPT_TERMS = Action("acceptOwnOrganizationTerms", Permission.MANAGE_OWN_ORGANIZATION, _accept_terms)
COMPLETE_SETUP = Action("completeOwnOrganizationSetup", Permission.MANAGE_OWN_ORGANIZATION, _complete)
