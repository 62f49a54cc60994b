"""Subscriptions, trials and their license lines."""

from datetime import date
from random import Random
from typing import Any, NamedTuple

import polars as pl

from ingest.demo import terms
from ingest.demo.columns import Columns
from ingest.demo.dates import DAY
from ingest.demo.people import TRIAL_STARTERS
from ingest.demo.products import SUITES, habit_of, licenses_for, products_of
from ingest.demo.stories import Story
from ingest.demo.terms import Term

_TRIAL_STORIES = (Story.TRYING, Story.TRIAL_ENDING)

SUBSCRIPTIONS: Columns = {
    "subscription_id": pl.String,
    "customer_id": pl.String,
    "status": pl.String,
    "added_on": pl.Date,
    "starts": pl.List(pl.Date),
    "start_date": pl.Date,
    "end_date": pl.Date,
    "auto_renew": pl.Boolean,
}
TRIALS: Columns = {
    "trial_id": pl.String,
    "customer_id": pl.String,
    "status": pl.String,
    "added_on": pl.Date,
    "start_date": pl.Date,
    "end_date": pl.Date,
    "started_by": pl.String,
}
LICENSES: Columns = {
    "subscription_id": pl.String,
    "trial_id": pl.String,
    "product": pl.String,
    "quantity": pl.Int64,
    "customer_id": pl.String,
    "in_force": pl.Boolean,
    "used_from": pl.Date,
    "used_until": pl.Date,
    "habit": pl.String,  # how it is used: "", "over", "lagging", "silent"
}


class Buyer(NamedTuple):
    """What decides on a customer's entitlements."""

    customer_id: str
    story: Story
    nth: int
    seats: int
    created_on: date


class Contracts:
    """The rows of the three tables, as they come."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.subscriptions: list[tuple[Any, ...]] = []
        self.trials: list[tuple[Any, ...]] = []
        self.licenses: list[tuple[Any, ...]] = []

    def sign(self, rng: Random, buyer: Buyer) -> date:
        """Everything that one customer has; returns the day the first of it was added."""
        products = products_of(rng, buyer.story)
        if buyer.story in _TRIAL_STORIES or (buyer.story is Story.ENDED and buyer.nth == 3):
            return self._only_trial(rng, buyer, products[:2])
        suites = [suite for kinds in SUITES if (suite := [kind for kind in kinds if kind in products])]
        rng.shuffle(suites)  # the story is told by any of them
        first = terms.first_term(rng, buyer.story, buyer.nth, buyer.created_on, self.today)
        earliest = self._subscribe(rng, buyer, first, suites[0])
        for suite in suites[1:]:
            term = terms.further_term(rng, buyer.story, buyer.created_on, self.today, first)
            earliest = min(earliest, self._subscribe(rng, buyer, term, suite))
        if buyer.story is Story.HEALTHY:
            earliest = min(earliest, self._more(rng, buyer, first, suites[0], products))
        return earliest

    def _more(self, rng: Random, buyer: Buyer, first: Term, suite: list[str], products: list[str]) -> date:
        """What some have beside: an earlier subscription, the trial it began with, a trial of something new."""
        kind = rng.random()
        missing = [
            product for product in ("CALLING", "MEETINGS", "EVENTS", "DEVICES") if product not in products
        ]
        if kind < 0.12:
            return self._subscribe(rng, buyer, terms.predecessor(rng, first.starts[0]), suite[:1])
        if kind < 0.24:
            return self._try(rng, buyer, suite[:1], first.starts[0], rng.randint(10, 30), "CONVERTED")
        if kind < 0.3:
            return self._try(rng, buyer, missing[:1], self.today + DAY * rng.randint(31, 60), 90)
        if kind < 0.35:
            return self._try(rng, buyer, missing[:1], self.today - DAY * rng.randint(1, 200), 30)
        if kind < 0.38:
            end = self.today - DAY * rng.randint(1, 200)
            return self._try(rng, buyer, missing[:1], end, rng.randint(3, 20), "CANCELLED")
        return self.today

    def _only_trial(self, rng: Random, buyer: Buyer, products: list[str]) -> date:
        if buyer.story is Story.TRYING:
            return self._try(rng, buyer, products, self.today + DAY * rng.randint(35, 80), 90)
        if buyer.story is Story.TRIAL_ENDING:
            return self._try(rng, buyer, products, self.today + DAY * rng.randint(0, 29), 30)
        status = rng.choice(("ACTIVE", "CANCELLED"))
        return self._try(rng, buyer, products, self.today - DAY * rng.randint(1, 120), 30, status)

    def _subscribe(self, rng: Random, buyer: Buyer, term: Term, products: list[str]) -> date:
        number = f"Sub{100_000 + len(self.subscriptions)}"
        status, added, starts, end, auto_renew = term
        self.subscriptions.append(
            (number, buyer.customer_id, status, added, starts, starts[0], end, auto_renew)
        )
        live = status == "ACTIVE" and starts[0] <= self.today <= end
        left = self.today - DAY * 40 if status == "CANCELLED" else end
        over = rng.choice(products) if buyer.story is Story.OVER else None
        for product in products:
            quantity = licenses_for(rng, product, buyer.seats)
            habit = habit_of(rng, buyer.story, status, over=product == over)
            self.licenses.append(
                (number, None, product, quantity, buyer.customer_id, live, starts[0], min(left, end), habit)
            )
        return added

    def _try(
        self, rng: Random, buyer: Buyer, products: list[str], end: date, days: int, status: str = "ACTIVE"
    ) -> date:
        if not products:
            return self.today
        number = f"T-{10_000 + len(self.trials)}"
        start = min(self.today, end - DAY * days)
        starter = rng.choice(TRIAL_STARTERS)
        self.trials.append((number, buyer.customer_id, status, start, start, end, starter))
        live = status == "ACTIVE" and end >= self.today
        for product in products:
            quantity = min(1000, rng.choice((10, 25, 25, 25, 50, 100)), max(5, buyer.seats))
            self.licenses.append((None, number, product, quantity, buyer.customer_id, live, start, end, ""))
        return start

    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Subscriptions, trials and licenses, each with what the later steps need beside its own columns."""
        return (
            pl.DataFrame(self.subscriptions, SUBSCRIPTIONS, orient="row"),
            pl.DataFrame(self.trials, TRIALS, orient="row"),
            pl.DataFrame(self.licenses, LICENSES, orient="row"),
        )
