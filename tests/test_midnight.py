"""Midnight in the middle of an operation."""

from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from tests.firm import FULL, firm_on

pytest_plugins = ["tests.firm_fixture"]


async def test_an_operation_knows_one_day_however_often_midnight_falls_into_it(
    firm_database: str, data_dir: Path, today: date
) -> None:
    """A clock on which it is another day whenever it is looked at."""
    days = (today + timedelta(days=days) for days in count())
    async with firm_on(firm_database, data_dir, today, clock=lambda: next(days)) as firm:
        query = """{
          customers { nodes { licenses { asOf } subscriptions { nodes { ...ends } } } }
          analytics { asOf licenses(product: CALLING) { distributionTrend(interval: DAY, last: 1) { to } } }
          trials { nodes { endDate daysUntilExpiration } }
        }
        fragment ends on Subscription { endDate daysUntilRenewal licenses { state { asOf } } }"""
        for day in (today, firm.today + timedelta(days=1)):
            data = (await firm.api.ask(FULL, query)).data
            assert seen(data) == {day.isoformat()}
        ends = today + timedelta(days=2 + 10)  # the third day that the clock tells, and ten more
        start = """mutation ($customer: ID!) { startTrial(input: {
          customerId: $customer, services: [{product: EVENTS, quantity: 1}], days: 10
        }) { trial { startDate endDate daysUntilExpiration inForce } userErrors { code } } }"""
        customer = await firm.id("Customer", "c1")
        trial = (await firm.api.ask(FULL, start, {"customer": customer})).data["startTrial"]["trial"]
        assert trial == {
            "startDate": (ends - timedelta(days=10)).isoformat(),
            "endDate": ends.isoformat(),
            "daysUntilExpiration": 10,
            "inForce": True,
        }


def seen(data: Any) -> set[str]:
    """Every day that the answer was given for: as it is told, or as an end and the days until then add up to."""
    if isinstance(data, list):
        return set().union(*map(seen, data))
    if not isinstance(data, dict):
        return set()
    found = {data[name] for name in ("asOf", "to") if name in data}
    for name in ("daysUntilRenewal", "daysUntilExpiration"):
        if data.get(name) is not None:
            found.add((date.fromisoformat(data["endDate"]) - timedelta(days=data[name])).isoformat())
    return found.union(*map(seen, data.values()))
