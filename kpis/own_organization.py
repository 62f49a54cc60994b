"""The partner's own organization: managed as a customer, but in no list of customers and in no KPI over them."""

# As an array, which PostgreSQL takes for the one id that it is; of a subquery it would expect half of the rows.
_OWN = "ALL(ARRAY(SELECT o.id FROM customers o WHERE o.partner_id = :partner AND o.is_own_organization))"


def not_own_organization(customer: str) -> str:
    """The condition that the column `customer` holds another customer's id."""
    return f"{customer} <> {_OWN}"
