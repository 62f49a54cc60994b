"""Partner admins: added, given roles, and assigned to customers."""

from collections.abc import Sequence

from models.bounds import LONGEST_NAME
from models.enums import ACCESS_TO_ALL_CUSTOMERS, PartnerRole
from models.search import address, search_text
from resolvers.changes import look_up, texts
from resolvers.changes.change import Change, Done, Facts, Target
from resolvers.changes.errors import UserErrorCode, refuse
from resolvers.changes.look_up import Found
from resolvers.changes.perform import Action
from resolvers.row import Row
from resolvers.viewer import Permission


async def _add(change: Change, email: str, display_name: str, roles: Sequence[PartnerRole]) -> Done:
    email = texts.email(change, email, "email")
    name = texts.name(change, display_name, LONGEST_NAME, "displayName")
    if not roles:
        change.problem(
            UserErrorCode.INVALID, "roles: give at least one; without one there is no access.", "roles"
        )
    change.settle()
    await _require_free(change, email)
    held = _in_order(roles)
    rows = await change.fetch(
        "INSERT INTO partner_admins (partner_id, email, email_key, display_name, search_text, roles, active)"
        " VALUES (:partner, :email::text, :key::text, :name::text, :search_text::text, :roles::text[], true)"
        " RETURNING id",
        email=email,
        key=address(email),
        name=name,
        search_text=search_text(name, email),
        roles=held,
    )
    added = Target("PartnerAdmin", rows[0].id, email)
    return Done((added.id,), added, after={"email": email, "displayName": name, "roles": held})


async def _require_free(change: Change, email: str) -> None:
    """Refuse an address that an admin of the partner has, active or not."""
    sql = (
        "SELECT pa.active FROM partner_admins pa WHERE pa.partner_id = :partner AND pa.email_key = :key::text"
    )
    rows = await change.fetch(sql, key=address(email))
    if rows:
        advice = (
            "set the roles of that one instead"
            if rows[0].active
            else "that one is not active: only an import, with active = true, lets them in again"
        )
        message = f"{email} is an admin already; {advice}."
        raise refuse(UserErrorCode.TAKEN, message, "input", "email")


async def _set_roles(change: Change, id: str, roles: Sequence[PartnerRole]) -> Done:
    admin = await _admin(change, id, "id")
    held = _in_order(roles)
    if PartnerRole.PARTNER_FULL_ADMIN not in held:
        await _require_another_full_admin(change, admin)
    await change.fetch(
        "UPDATE partner_admins pa SET roles = :roles::text[] WHERE pa.partner_id = :partner AND pa.id = :id::bigint",
        id=admin.id,
        roles=held,
    )
    target = Target("PartnerAdmin", admin.id, admin.email)
    return Done((admin.id,), target, before={"roles": admin.roles}, after={"roles": held})


async def _require_another_full_admin(change: Change, admin: Row) -> None:
    """Refuse to take the role from the last who holds it and may sign in."""
    sql = (
        "SELECT pa.id FROM partner_admins pa WHERE pa.partner_id = :partner AND pa.active"
        " AND 'PARTNER_FULL_ADMIN' = ANY(pa.roles)"
    )
    if {row.id for row in await change.fetch(sql)} == {admin.id}:
        message = f"{admin.email} is the last full admin. Give the role to somebody else first."
        raise refuse(UserErrorCode.CONFLICT, message, "input", "roles")


# ---- assignments -----------------------------------------------------------------------------------


async def _assign(change: Change, admin_id: str, customer_ids: Sequence[str]) -> Done:
    admin = await _admin(change, admin_id, "adminId")
    roles = frozenset(PartnerRole(role) for role in admin.roles)
    if roles & ACCESS_TO_ALL_CUSTOMERS:
        message = f"{admin.email} sees all customers already, and needs no assignment."
        raise refuse(UserErrorCode.CONFLICT, message, "input", "adminId")
    if PartnerRole.PARTNER_ADMIN not in roles:
        message = f"{admin.email} has no access. Set the role PARTNER_ADMIN first."
        raise refuse(UserErrorCode.CONFLICT, message, "input", "adminId")
    customers = await look_up.customers(change, customer_ids)
    for path, customer in customers.items():
        if customer.is_own_organization:
            message = "Your own organization is for those who see all customers; it cannot be assigned."
            change.problem(UserErrorCode.INVALID, message, *path)
    change.settle()
    rows = await change.fetch(
        "INSERT INTO admin_assignments (partner_id, admin_id, customer_id)"
        " SELECT :partner, :id::bigint, c.id FROM unnest(:customers::bigint[]) c(id)"
        " ON CONFLICT (partner_id, admin_id, customer_id) DO NOTHING RETURNING customer_id",
        id=admin.id,
        customers=[row.id for row in customers.values()],
    )
    added = {row.customer_id for row in rows}
    return _assigned(admin, customers, added, before=False, after=True)


async def _unassign(change: Change, admin_id: str, customer_ids: Sequence[str]) -> Done:
    admin = await _admin(change, admin_id, "adminId")
    customers = await look_up.customers(change, customer_ids)
    change.settle()
    rows = await change.fetch(
        "DELETE FROM admin_assignments a WHERE a.partner_id = :partner AND a.admin_id = :id::bigint"
        " AND a.customer_id = ANY(:customers::bigint[]) RETURNING a.customer_id",
        id=admin.id,
        customers=[row.id for row in customers.values()],
    )
    removed = {row.customer_id for row in rows}
    return _assigned(admin, customers, removed, before=True, after=False)


def _assigned(admin: Row, customers: Found, changed: set[int], *, before: bool, after: bool) -> Done:
    """Which of the customers were and are assigned: those that did not change were before as they are after."""

    def facts(of_changed: bool) -> Facts:
        rows = customers.values()
        assigned = {row.external_id: of_changed if row.id in changed else after for row in rows}
        return {"email": admin.email, "assigned": assigned}

    return Done(
        tuple(row.id for row in customers.values()),
        Target("PartnerAdmin", admin.id, admin.email),
        before=facts(before),
        after=facts(after),
        also=look_up.targets("Customer", customers),
        customers=changed,
    )


async def _admin(change: Change, id: str, field: str) -> Row:
    number = change.number("PartnerAdmin", id, field)
    change.settle()
    sql = (
        "SELECT pa.id, pa.email, pa.roles FROM partner_admins pa"
        " WHERE pa.partner_id = :partner AND pa.id = :id::bigint"
    )
    rows = await change.fetch(sql, id=number)
    if not rows:
        raise refuse(UserErrorCode.NOT_FOUND, "There is no such partner admin.", "input", field)
    return rows[0]


def _in_order(roles: Sequence[PartnerRole]) -> list[str]:
    """Each role once, the most powerful first."""
    return [role.value for role in PartnerRole if role in roles]


ADD_PARTNER_ADMIN = Action("addPartnerAdmin", Permission.MANAGE_ADMINS, _add)
SET_PARTNER_ADMIN_ROLES = Action("setPartnerAdminRoles", Permission.MANAGE_ADMINS, _set_roles)
ASSIGN_PARTNER_ADMIN = Action("assignPartnerAdmin", Permission.MANAGE_ADMINS, _assign)
UNASSIGN_PARTNER_ADMIN = Action("unassignPartnerAdmin", Permission.MANAGE_ADMINS, _unassign)
