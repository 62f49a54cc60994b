"""What happens to each customer: a fixed mix in every fifty, so that each status and table has its examples."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import count
from math import exp, log
from random import Random
from statistics import NormalDist

_BLOCK = 50
_SEATS = NormalDist(log(115), 1.7)
_MOST_SEATS = 30_000


class Story(StrEnum):
    """The one thing about a customer that makes it worth a look, or that all is well."""

    HEALTHY = "healthy"
    RENEWING = "renewing"
    EXPIRING = "expiring"
    LATER = "expiring later"
    OVER = "over the limit"
    LAGGARD = "laggard"
    SUSPENDED = "suspended"
    ENDED = "ended"
    SETUP = "in setup"
    DORMANT = "dormant"
    TRYING = "trying out"
    TRIAL_ENDING = "trial ending"
    MESSAGING_ONLY = "messaging only"


MIX = {
    Story.HEALTHY: 19,
    Story.RENEWING: 3,
    Story.EXPIRING: 3,
    Story.LATER: 2,
    Story.OVER: 3,
    Story.LAGGARD: 3,
    Story.SUSPENDED: 2,
    Story.ENDED: 4,
    Story.SETUP: 3,
    Story.DORMANT: 3,
    Story.TRYING: 2,
    Story.TRIAL_ENDING: 2,
    Story.MESSAGING_ONLY: 1,
}


def deal(seed: int) -> Iterator[tuple[Story, int, int]]:
    """For each customer its story, the how-many-th of that story in the block it is, and its seats.

    Seats are log-normal (few huge, many small), drawn evenly over the distribution within a block.
    """
    for block in count():
        rng = Random(f"{seed}/block/{block}")
        stories = [(story, nth) for story, times in MIX.items() for nth in range(times)]
        rng.shuffle(stories)
        places = list(range(_BLOCK))
        rng.shuffle(places)
        for (story, nth), place in zip(stories, places, strict=True):
            share = (place + rng.uniform(0.01, 0.99)) / _BLOCK
            yield story, nth, max(3, min(_MOST_SEATS, round(exp(_SEATS.inv_cdf(share)))))
