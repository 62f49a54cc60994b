"""Token buckets: how much a viewer and a partner may use up at once, and how fast it comes back."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from resolvers.viewer import Viewer
from server.refused import RateLimited

MOST_BUCKETS = 100_000
"""Beyond these, the one that was left alone the longest is forgotten, be it full or not."""


@dataclass(slots=True)
class Bucket:
    """What was in it at a moment of the clock; below zero where more was used than was there."""

    level: float
    at: float


class Buckets:
    """A bucket a key, full at first. One that is full again is the same as none, and is forgotten when others come."""

    def __init__(
        self, capacity: float, per_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.capacity = capacity
        self.per_second = per_second
        self._clock = clock
        self._known: OrderedDict[Hashable, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def now(self, key: Hashable) -> Bucket:
        """The bucket as it stands now. It is kept when something is taken out."""
        now = self._clock()
        bucket = self._known.get(key)
        if bucket is None:
            return Bucket(self.capacity, now)
        self._fill(bucket, now)
        return bucket

    def _fill(self, bucket: Bucket, now: float) -> None:
        level = bucket.level + (now - bucket.at) * self.per_second
        bucket.level = level if level < self.capacity else self.capacity
        bucket.at = now

    def level(self, key: Hashable) -> float:
        return self.now(key).level

    def wait(self, bucket: Bucket, amount: float) -> float:
        """In how many seconds the amount, or all that the bucket can hold, is there; 0 for now."""
        missing = min(amount, self.capacity) - bucket.level
        return missing / self.per_second if missing > 0 else 0.0

    def take(self, key: Hashable, amount: float) -> None:
        """Take the amount out, whether it is there or not; a negative one is put back."""
        self.take_from(key, self.now(key), amount)

    def take_from(self, key: Hashable, bucket: Bucket, amount: float) -> None:
        """The same for a bucket as it stands now."""
        bucket.level -= amount
        if key in self._known:
            self._known.move_to_end(key)
        else:
            self._known[key] = bucket
            self._forget(bucket.at)

    def _forget(self, now: float) -> None:
        """Those used last are at the end. A look at the two oldest keeps up with one that is new."""
        for _ in range(2):
            key = next(iter(self._known), None)
            if key is None:
                return
            oldest = self._known[key]
            self._fill(oldest, now)
            if len(self._known) <= MOST_BUCKETS and oldest.level < self.capacity:
                return
            del self._known[key]


@dataclass(slots=True)
class Charge:
    """What was taken for one operation before it ran. It holds until it is told what the operation really cost."""

    rates: "Rates"
    viewer: Viewer
    taken: float

    def settle(self, cost: float) -> None:
        """Put back what was not used, or take what was used beyond."""
        if cost != self.taken:
            self.rates.take(self.viewer, cost - self.taken)
            self.taken = cost


class Rates:
    """The buckets of this process, for admins and for partners."""

    def __init__(self, admins: Buckets, partners: Buckets) -> None:
        self._admins = admins
        self._partners = partners

    def charge(self, viewer: Viewer, requested: float) -> Charge:
        """Take what an operation may cost. Raises RateLimited when it is not there, and then takes nothing."""
        key = _admin(viewer)
        admin, partner = self._admins.now(key), self._partners.now(viewer.partner_id)
        of_admin = self._admins.wait(admin, requested)
        of_partner = self._partners.wait(partner, requested)
        if seconds := max(of_admin, of_partner):
            whose = "Your partner's admins have" if of_partner > of_admin else "You have"
            raise RateLimited(
                f"{whose} used up what there is for now. Ask again when `retryAfter` seconds have passed.",
                seconds,
            )
        self._admins.take_from(key, admin, requested)
        self._partners.take_from(viewer.partner_id, partner, requested)
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
