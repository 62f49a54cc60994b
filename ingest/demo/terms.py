"""The terms of a customer's subscriptions, told by its story."""

from datetime import date
from random import Random
from typing import NamedTuple

from ingest.demo.dates import DAY, years_later
from ingest.demo.stories import Story


class Term(NamedTuple):
    """A subscription's dates: the start of each period (the later ones are renewals) and the end of the last."""

    status: str
    added_on: date
    starts: list[date]
    end_date: date
    auto_renew: bool


# Days from today to the end, for the first, second, third customer with the story in a block.
_ENDS = {
    Story.RENEWING: ((0, 0), (1, 30), (31, 90)),
    Story.EXPIRING: ((0, 0), (1, 10), (11, 30)),
    Story.LATER: ((31, 60), (61, 90)),
    Story.ENDED: ((-30, -1), (-400, -31)),
}
_NOT_YET_LIVE = {0: ("PENDING_SETUP", -20, -1), 1: ("PENDING_SETUP", 1, 20), 2: ("ACTIVE", 1, 30)}


def _years(rng: Random) -> int:
    return 1 if rng.random() < 0.7 else 3


def running(rng: Random, created: date, today: date) -> Term:
    """From soon after the customer came, renewed until today."""
    added = min(today, created + DAY * rng.randrange(20))
    years = _years(rng)
    starts = [min(today, added + DAY * rng.randrange(15))]
    while (end := years_later(starts[-1], years) - DAY) < today:
        starts.append(end + DAY)
    return Term("ACTIVE", added, starts, end, rng.random() < 0.6)


def starting(rng: Random, status: str, start: date, today: date) -> Term:
    """One period from `start`, ordered shortly before."""
    added = min(today, start) - DAY * rng.randrange(20)
    return Term(status, added, [start], years_later(start, _years(rng)) - DAY, rng.random() < 0.6)


def ending(rng: Random, end: date, *, auto_renew: bool) -> Term:
    """One period up to `end`."""
    start = years_later(end, -_years(rng)) + DAY
    return Term("ACTIVE", start - DAY * rng.randrange(20), [start], end, auto_renew)


def predecessor(rng: Random, first_start: date) -> Term:
    """An earlier year that ended, or was cancelled, before the present subscription."""
    end = first_start - DAY * rng.randint(1, 60)
    term = ending(rng, end, auto_renew=False)
    return term._replace(status="CANCELLED") if rng.random() < 0.4 else term


def first_term(rng: Random, story: Story, nth: int, created: date, today: date) -> Term:
    """The term of the subscription that tells the story."""
    if nth < len(_ENDS.get(story, ())):
        end = today + DAY * rng.randint(*_ENDS[story][nth])
        return ending(rng, end, auto_renew=story is Story.RENEWING)
    if story is Story.ENDED:
        return running(rng, created, today)._replace(status="CANCELLED")
    if story is Story.SUSPENDED and nth == 0:
        return starting(rng, "SUSPENDED", today - DAY * rng.randint(40, 120), today)
    if story is Story.SETUP:
        status, soonest, latest = _NOT_YET_LIVE[nth]
        return starting(rng, status, today + DAY * rng.randint(soonest, latest), today)
    return running(rng, created, today)


def further_term(rng: Random, story: Story, created: date, today: date, first: Term) -> Term:
    """The term of another subscription: its own, unless everything has ended."""
    if story is Story.ENDED:
        return first
    return running(rng, min(today, created + DAY * rng.randrange(200)), today)
