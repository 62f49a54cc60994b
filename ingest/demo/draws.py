"""Random draws as polars expressions: pure arithmetic on a row's key, so the same key always draws the same.

Polars' own sampling and hashing promise nothing across versions or thread counts; this does.
"""

from collections.abc import Mapping
from zlib import crc32

import polars as pl

_WEYL = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, as in splitmix64


def _u64(value: int) -> pl.Expr:
    return pl.lit(value & 0xFFFFFFFFFFFFFFFF, dtype=pl.UInt64)


def mixed(key: pl.Expr, salt: str) -> pl.Expr:
    """64 well-mixed bits for each key (splitmix64's finish); another salt gives independent ones."""
    bits = key.cast(pl.UInt64) + _u64((crc32(salt.encode()) + 1) * _WEYL)
    bits = (bits ^ (bits // _u64(1 << 30))) * _u64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits // _u64(1 << 27))) * _u64(0x94D049BB133111EB)
    return bits ^ (bits // _u64(1 << 31))


def key(seed: int, table: str, number: pl.Expr) -> pl.Expr:
    """The key of a table's row."""
    return mixed(number.cast(pl.UInt64) + _u64(seed * _WEYL), table)


def beside(key: pl.Expr, number: pl.Expr) -> pl.Expr:
    """The key of one of several things under another key: a week of a line, a call of a user."""
    return mixed(key + number.cast(pl.UInt64) * _u64(_WEYL), "beside")


def uniform(key: pl.Expr, salt: str, low: float = 0.0, high: float = 1.0) -> pl.Expr:
    """A number from `low` up to `high`, never `high` itself."""
    unit = (mixed(key, salt) // _u64(1 << 11)).cast(pl.Float64) * 2.0**-53
    return unit * (high - low) + low


def integer(key: pl.Expr, salt: str, low: int, high: int) -> pl.Expr:
    """A whole number from `low` to `high`, both included."""
    return uniform(key, salt, low, high + 1).floor().cast(pl.Int64)


def chance(key: pl.Expr, salt: str, probability: float | pl.Expr) -> pl.Expr:
    """True with the probability."""
    return uniform(key, salt) < probability


def exponential(key: pl.Expr, salt: str, mean: float | pl.Expr) -> pl.Expr:
    """Waits and durations: many short, few long."""
    return -(1 - uniform(key, salt)).log() * mean


def weighted(key: pl.Expr, salt: str, weights: Mapping[str, int] | Mapping[int, int]) -> pl.Expr:
    """One of the values, as often as its weight (small whole numbers) says."""
    slots = pl.Series([value for value, weight in weights.items() for _ in range(weight)])
    return pl.lit(slots).gather(integer(key, salt, 0, len(slots) - 1))
