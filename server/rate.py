"""Token buckets: how much a viewer and a partner may use up at once, and how fast it comes back."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from resolvers.viewer import Viewer
from server.refused import RateLimited

MOST_BUCKETS = 100_000
"""Beyond these, the one that was left alone the longest is forgotten, be it full or not."""


class Buckets:
    """A bucket a key, full at first. One that is full again is the same as none, and is forgotten."""

    def __init__(
        self, capacity: float, per_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.capacity = capacity
        self.per_second = per_second
        self._clock = clock
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def level(self, key: Hashable) -> float:
        """What is in the bucket; below zero where more was used than was there."""
        return self._level(key, self._clock())

    def _level(self, key: Hashable, now: float) -> float:
        known = self._levels.get(key)
        if known is None:
            return self.capacity
        level, at = known
        level += (now - at) * self.per_second
        return level if level < self.capacity else self.capacity

    def wait(self, key: Hashable, amount: float) -> float:
        """In how many seconds the amount, or all that the bucket can hold, is there; 0 for now."""
        missing = min(amount, self.capacity) - self.level(key)
        return missing / self.per_second if missing > 0 else 0.0

    def take(self, key: Hashable, amount: float) -> None:
        """Take the amount out, whether it is there or not; a negative one is put back."""
        now = self._clock()
        level = self._level(key, now) - amount
        if level < self.capacity:
            self._levels[key] = (level, now)
            self._levels.move_to_end(key)
        else:
            self._levels.pop(key, None)
        self._forget(now)

    def _forget(self, now: float) -> None:
        """Those used last are at the end. A look at the two oldest each time keeps up with one that is new."""
        for _ in range(2):
            oldest = next(iter(self._levels), None)
            if oldest is None:
                return
            if len(self._levels) <= MOST_BUCKETS and self._level(oldest, now) < self.capacity:
                return
            del self._levels[oldest]


@dataclass
class Charge:
    """What was taken for one operation before it ran. It holds until it is told what the operation really cost."""

    rates: "Rates"
    viewer: Viewer
    taken: float

    def settle(self, cost: float) -> None:
        """Put back what was not used, or take what was used beyond."""
        self.rates.take(self.viewer, cost - self.taken)
        self.taken = cost


class Rates:
    """The buckets of this process, for admins and for partners."""

    def __init__(self, admins: Buckets, partners: Buckets) -> None:
        self._admins = admins
        self._partners = partners

    def charge(self, viewer: Viewer, requested: float) -> Charge:
        """Take what an operation may cost. Raises RateLimited when it is not there, and then takes nothing."""
        of_admin = self._admins.wait(_admin(viewer), requested)
        of_partner = self._partners.wait(viewer.partner_id, requested)
        if seconds := max(of_admin, of_partner):
            whose = "Your partner's admins have" if of_partner > of_admin else "You have"
            raise RateLimited(
                f"{whose} used up what there is for now. Ask again when `retryAfter` seconds have passed.",
                seconds,
            )
        self.take(viewer, requested)
        return Charge(self, viewer, requested)

    def take(self, viewer: Viewer, amount: float) -> None:
        self._admins.take(_admin(viewer), amount)
        self._partners.take(viewer.partner_id, amount)

    def remaining(self, viewer: Viewer) -> int:
        """What the viewer may use up at this moment."""
        levels = self._admins.level(_admin(viewer)), self._partners.level(viewer.partner_id)
        return max(0, int(min(levels)))


def _admin(viewer: Viewer) -> Hashable:
    return viewer.partner_id, viewer.admin_id
