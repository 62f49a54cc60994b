"""The customers, and through them everything that they have signed."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from math import sqrt
from random import Random
from typing import Any

import polars as pl

from ingest.demo.columns import TIME, Columns
from ingest.demo.countries import COUNTRIES
from ingest.demo.dates import DAY, season
from ingest.demo.entitlements import Buyer, Contracts
from ingest.demo.names import Names
from ingest.demo.stories import Story, deal

CUSTOMERS: Columns = {
    "customer_id": pl.String,
    "name": pl.String,
    "managed_by": pl.String,
    "country": pl.String,
    "industry": pl.String,
    "created_on": pl.Date,
    "last_admin_sign_in_at": TIME,
    "suspended": pl.Boolean,
    "story": pl.String,
    "seats": pl.Int64,
}
_YEARS_DAYS = 5 * 365
_WEIGHTS = [country.weight for country in COUNTRIES]
# These began long enough ago to have a past.
_SETTLED = (Story.OVER, Story.LAGGARD, Story.SUSPENDED, Story.DORMANT)


def build(customers: int, seed: int, today: date) -> tuple[pl.DataFrame, Contracts]:
    """All customers, with their story and seats beside the table's columns, and their contracts."""
    contracts, names = Contracts(today), Names()
    rows: list[tuple[Any, ...]] = []
    for number, (story, nth, seats) in enumerate(islice(deal(seed), customers)):
        rng = Random(f"{seed}/customer/{number}")
        customer_id = _id(seed, number)
        country = rng.choices(COUNTRIES, _WEIGHTS)[0]
        name, industry = names.company(rng, country)
        created = _created(rng, today)
        if story in _SETTLED:
            created = min(created, today - DAY * rng.randint(200, 400))
        created = min(created, contracts.sign(rng, Buyer(customer_id, story, nth, seats, created)))
        rows.append(
            (
                customer_id,
                name,
                "EXTERNAL_ADMIN" if rng.random() < 0.7 else "PARTNER_ORGANIZATION",
                country.code,
                industry if rng.random() < 0.95 else None,
                created,
                _sign_in(rng, story, nth, created, today),
                story is Story.SUSPENDED and nth == 1,
                story,
                seats,
            )
        )
    return pl.DataFrame(rows, CUSTOMERS, orient="row"), contracts


def _id(seed: int, number: int) -> str:
    """Looks random and is never the same for two numbers: each step can be undone."""
    bits = (number * 0x9E3779B1 + seed * 0x85EBCA6B) & 0xFFFFFFFF
    bits = ((bits ^ (bits >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    return f"C-{bits ^ (bits >> 15):08x}"


def _created(rng: Random, today: date) -> date:
    """More customers come each year, fewer in the quiet weeks."""
    while True:
        day = today - DAY * int(_YEARS_DAYS * (1 - sqrt(rng.random())))
        if rng.random() < season(day):
            return day


def _sign_in(rng: Random, story: Story, nth: int, created: date, today: date) -> datetime | None:
    """The last sign-in of the customer's own admins: lately, unless nobody looks after it."""
    if (story is Story.DORMANT and nth == 0) or (story is Story.SETUP and rng.random() < 0.5):
        return None
    if story is Story.DORMANT or (story in (Story.HEALTHY, Story.ENDED) and rng.random() < 0.05):
        days = rng.uniform(92, 180)
    else:
        days = min(85.0, rng.expovariate(1 / 12))
    midnight = datetime.combine(today, time(), UTC)
    signed_in = midnight - timedelta(days=days)
    return max(signed_in.replace(microsecond=0), datetime.combine(created, time(), UTC))
