"""Who asks: the partner admin that a token names, with the roles of this moment."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from models.enums import ACCESS_TO_ALL_CUSTOMERS, PartnerRole
from models.search import address
from resolvers.database import Database
from resolvers.errors import Unauthenticated
from resolvers.row import Row
from resolvers.session import Plans


class Permission(StrEnum):
    VIEW_ANALYTICS = "VIEW_ANALYTICS"
    VIEW_BILLING = "VIEW_BILLING"
    EDIT_TAGS = "EDIT_TAGS"
    MANAGE_TRIALS = "MANAGE_TRIALS"
    MANAGE_ADMINS = "MANAGE_ADMINS"
    MANAGE_OWN_ORGANIZATION = "MANAGE_OWN_ORGANIZATION"


_VIEW = {Permission.VIEW_ANALYTICS, Permission.VIEW_BILLING}
PERMISSIONS: dict[PartnerRole, set[Permission]] = {
    PartnerRole.PARTNER_FULL_ADMIN: set(Permission),
    PartnerRole.PARTNER_ADMIN: _VIEW | {Permission.EDIT_TAGS, Permission.MANAGE_TRIALS},
    PartnerRole.PARTNER_READ_ONLY_ADMIN: _VIEW,
    PartnerRole.HELP_DESK_ADMIN: set(),
}


_SEE_AUDIT_TRAIL = {PartnerRole.PARTNER_FULL_ADMIN, PartnerRole.PARTNER_READ_ONLY_ADMIN}


@dataclass(frozen=True)
class Viewer:
    """The admin who asks. Rights of several roles add up."""

    partner_id: int
    admin_id: int
    roles: frozenset[PartnerRole]
    data_version: int = 0
    """The version of the partner's data at the time of asking."""

    @cached_property
    def sees_all_customers(self) -> bool:
        return bool(self.roles & ACCESS_TO_ALL_CUSTOMERS)

    @property
    def sees_audit_trail(self) -> bool:
        return bool(self.roles & _SEE_AUDIT_TRAIL)

    @cached_property
    def permissions(self) -> Set[Permission]:
        return frozenset().union(*(PERMISSIONS[role] for role in self.roles))

    def permitted(self, permission: Permission) -> "Viewer":
        """The viewer with those roles alone that hold the permission. Rights add up, but do not spread: who sees
        all customers by one role and may change some by another, may change just those."""
        return replace(self, roles=frozenset(r for r in self.roles if permission in PERMISSIONS[r]))


_VIEWER = """
SELECT p.id AS partner_id, p.data_version, a.id AS admin_id, a.roles
FROM partners p JOIN partner_admins a ON a.partner_id = p.id
WHERE {who} AND a.active AND cardinality(a.roles) > 0
"""
_NAMED = _VIEWER.format(who="p.name = :partner_name AND a.email_key = :email")
_KNOWN = _VIEWER.format(who="p.id = :partner AND a.id = :admin")


async def find_viewer(database: Database, partner: str, email: str) -> Viewer:
    """The viewer for a token's partner and email.

    Raises Unauthenticated alike for one unknown, not active or without a role.
    """
    return await _one(database, _NAMED, {"partner_name": partner, "email": address(email)})


async def viewer_now(database: Database, viewer: Viewer) -> Viewer:
    """The viewer with the roles of this moment. Raises Unauthenticated if there are none any more."""
    return await _one(database, _KNOWN, {"partner": viewer.partner_id, "admin": viewer.admin_id})


async def _one(database: Database, sql: str, values: Mapping[str, Any]) -> Viewer:
    rows = await database.fetch(sql, values, Row, Plans.EITHER)
    if not rows:
        raise Unauthenticated("The token names no partner admin with access. Ask your partner's full admin.")
    row = rows[0]
    return _viewer(row["partner_id"], row["admin_id"], tuple(row["roles"]), row["data_version"])


@lru_cache(maxsize=1000)
def _viewer(partner_id: int, admin_id: int, roles: tuple[str, ...], data_version: int) -> Viewer:
    """The same object for the same row: what follows from its roles is worked out once."""
    return Viewer(partner_id, admin_id, frozenset(map(PartnerRole, roles)), data_version)
