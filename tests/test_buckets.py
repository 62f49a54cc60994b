"""Buckets by themselves: filled, taken from and forgotten, by a clock that tests set."""

import json

import pytest

from resolvers.viewer import Viewer
from server import rate
from server.rate import Buckets, Rates
from server.refused import RateLimited


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_fills_to_its_brim_and_no_further() -> None:
    clock = Clock()
    buckets = Buckets(100, 10, clock)
    assert buckets.level("a") == 100
    buckets.take("a", 130)
    assert (buckets.level("a"), buckets.wait(buckets.now("a"), 20), buckets.wait(buckets.now("a"), 0)) == (
        -30,
        5,
        3,
    )
    clock.now += 5
    assert (buckets.level("a"), buckets.wait(buckets.now("a"), 20)) == (20, 0)
    clock.now += 1000
    assert buckets.level("a") == 100
    buckets.take("a", 10)
    buckets.take("a", -50)
    assert buckets.level("a") == 100
    assert buckets.wait(buckets.now("a"), 1000) == 0  # all that it can hold is there


def test_buckets_that_are_full_again_are_forgotten() -> None:
    clock = Clock()
    buckets = Buckets(100, 10, clock)
    for n in range(1000):
        buckets.take(n, 50)
        clock.now += 1
        assert len(buckets) <= 6
    clock.now += 10
    for name in ("one", "another", "a third"):
        buckets.take(name, 1)
    assert len(buckets) == 3


def test_there_are_never_more_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "MOST_BUCKETS", 10)
    buckets = Buckets(100, 0.001, Clock())
    for n in range(50):
        buckets.take(n, 50)
    assert len(buckets) == 10
    assert buckets.level(49) == 50


def test_what_the_partner_refuses_takes_nothing_from_the_admin() -> None:
    clock = Clock()
    rates = Rates(Buckets(100, 1, clock), Buckets(50, 1, clock))
    viewer = Viewer(1, 1, frozenset())
    rates.charge(viewer, 30)
    with pytest.raises(RateLimited) as error:
        rates.charge(viewer, 30)
    assert error.value.retry_after == 10
    assert rates.remaining(viewer) == 20
    clock.now += 10
    charge = rates.charge(viewer, 30)
    assert rates.remaining(viewer) == 0
    charge.settle(1)
    assert rates.remaining(viewer) == 29
    assert json.dumps(error.value.formatted)


def test_of_two_that_are_empty_the_one_that_fills_later_says_when_to_come() -> None:
    clock = Clock()
    viewer = Viewer(1, 1, frozenset())
    for per_second, seconds in ((10, 1), (1, 5)):
        rates = Rates(Buckets(100, 1000, clock), Buckets(100, per_second, clock))
        rates.charge(viewer, 95)
        with pytest.raises(RateLimited) as error:
            rates.charge(viewer, 10)
        assert error.value.retry_after == seconds
