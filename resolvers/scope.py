"""What a viewer may see. Every list, count, loader, node look-up and KPI asks here, and nowhere else."""

from kpis.own_organization import not_own_organization
from resolvers.errors import Forbidden
from resolvers.viewer import Permission, Viewer

_ASSIGNED_OR_CREATED = """(
    SELECT a.customer_id FROM admin_assignments a WHERE a.partner_id = :partner AND a.admin_id = :admin
    UNION ALL
    SELECT o.id FROM customers o WHERE o.partner_id = :partner AND o.created_by_id = :admin
)"""


def visible(viewer: Viewer, customer: str) -> str:
    """The condition that the viewer may see the customer whose id the column `customer` holds.

    It stands beside `partner_id = :partner`, which every statement names for each of its tables.
    """
    if viewer.sees_all_customers:
        return "true"
    return f"{customer} IN {_ASSIGNED_OR_CREATED} AND {not_own_organization(customer)}"


def listed(viewer: Viewer, customer: str) -> str:
    """The condition that the customer is among the viewer's customers: visible, and not the partner itself."""
    if viewer.sees_all_customers:
        return not_own_organization(customer)
    return visible(viewer, customer)


def require(viewer: Viewer, permission: Permission, what: str) -> None:
    """Refuse with FORBIDDEN unless one of the viewer's roles holds the permission."""
    if permission not in viewer.permissions:
        raise Forbidden(f"{what} needs the permission {permission}, which none of your roles has.")
