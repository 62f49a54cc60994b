"""Customers that are made here: for a trial, or for the partner itself."""

from dataclasses import dataclass

from models.bounds import LONGEST_NAME
from models.countries import COUNTRIES
from models.enums import ManagedBy
from models.search import search_text
from resolvers.changes import texts
from resolvers.changes.change import Change, Facts
from resolvers.changes.errors import UserErrorCode
from resolvers.changes.numbering import external_id
from resolvers.row import Row

LONGEST_INDUSTRY = 300
_PATH = "newCustomer"


@dataclass(frozen=True)
class NewCustomer:
    """A customer that starts with a trial."""

    name: str
    admin_email: str
    country: str
    industry: str | None

    @property
    def facts(self) -> Facts:
        return {
            "name": self.name.strip(),
            "adminEmail": self.admin_email.strip(),
            "country": self.country.strip().upper(),
            "industry": self.industry,
        }


async def add_customer(change: Change, new: NewCustomer) -> Row:
    """The customer, which the viewer sees from now on for having created it."""
    name = texts.name(change, new.name, LONGEST_NAME, _PATH, "name")
    texts.email(change, new.admin_email, _PATH, "adminEmail")
    industry = texts.description(change, new.industry, LONGEST_INDUSTRY, _PATH, "industry")
    country = new.country.strip().upper()
    if country not in COUNTRIES:
        message = f"country: {new.country[:60]!r} is no country code of ISO 3166-1 alpha-2, such as DE."
        change.problem(UserErrorCode.INVALID, message, _PATH, "country")
    change.settle()
    return await insert_customer(
        change, external_id("customer"), name, ManagedBy.EXTERNAL_ADMIN, country, industry
    )


async def insert_customer(
    change: Change,
    customer_id: str,
    name: str,
    managed_by: ManagedBy,
    country: str,
    industry: str | None = None,
    *,
    is_own_organization: bool = False,
) -> Row:
    rows = await change.fetch(
        "INSERT INTO customers (partner_id, external_id, name, search_text, managed_by, country, industry,"
        " created_on, suspended, is_own_organization, created_by_id) VALUES (:partner, :customer_id::text,"
        " :name::text, :search_text::text, :managed_by::text, :country::text, :industry::text, :as_of, false,"
        " :own::bool, :admin) RETURNING id, external_id, name",
        customer_id=customer_id,
        name=name,
        search_text=search_text(name, customer_id),
        managed_by=managed_by.value,
        country=country,
        industry=industry,
        own=is_own_organization,
    )
    return rows[0]
