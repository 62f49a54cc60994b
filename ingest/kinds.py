"""The kinds of values that columns hold: how their text is read, and what has to hold of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from models.bounds import EMAIL_PATTERN, LONGEST_EMAIL, LONGEST_NAME, LONGEST_TAG


@dataclass(frozen=True)
class Rule:
    """What has to hold of a value; the message follows the value in a report."""

    holds: Callable[[pl.Expr], pl.Expr]
    message: str


def _as_is(value: pl.Expr) -> pl.Expr:
    return value


@dataclass(frozen=True)
class Kind:
    """A kind of value."""

    parse: Callable[[pl.Expr], pl.Expr]
    """From the text of the file to the value; null where it is none."""
    wrong: str
    """What is said of a text that is none."""
    rules: tuple[Rule, ...] = ()
    stage: Callable[[pl.Expr], pl.Expr] = _as_is
    """From the value to what COPY reads."""
    compared_as: str = "{}"
    """The SQL by which two values are told apart."""


def _matching(pattern: str) -> Callable[[pl.Expr], pl.Expr]:
    return lambda text: pl.when(text.str.contains(pattern)).then(text)


def _parse_date(text: pl.Expr) -> pl.Expr:
    # The pattern, since polars alone takes 2026-1-5 as well; the year, since Python and PostgreSQL have no year 0.
    date = text.str.to_date("%Y-%m-%d", strict=False)
    return pl.when(text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$") & (date.dt.year() > 0)).then(date)


_TIME = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:[.,]([0-9]{1,9}))?)?"
    r"(?:[Zz]|([+-])(0[0-9]|1[0-5])(?::?([0-5][0-9]))?)?)?$"
)


# How times mostly are: what polars reads by itself, several times as fast.
_PLAIN_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:Z|\+00:00)?$"
_TO_SECONDS = len("2026-01-31T12:00:00")


def _parse_time(text: pl.Expr) -> pl.Expr:
    return text.map_batches(_times, return_dtype=pl.Datetime("us", "UTC"))


def _times(texts: pl.Series) -> pl.Series:
    text = pl.col("text")
    plain = pl.when(text.str.contains(_PLAIN_TIME)).then(text.str.head(_TO_SECONDS))
    second = plain.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False, cache=False)
    rows = texts.to_frame("text").with_columns(second=second)
    first_year = rows.select(pl.col("second").min().dt.year()).item()
    if rows["second"].null_count() > texts.null_count() or (first_year is not None and first_year < 1):
        return rows.select(_parse_any_time(text)).to_series()
    fraction = text.str.slice(_TO_SECONDS).str.strip_suffix("Z").str.strip_suffix("+00:00")
    microseconds = (fraction.cast(pl.Float64, strict=False) * 1_000_000).round().cast(pl.Int64).fill_null(0)
    moment = pl.col("second") + pl.duration(microseconds=microseconds)
    return rows.select(moment.dt.replace_time_zone("UTC")).to_series()


def _parse_any_time(text: pl.Expr) -> pl.Expr:
    parts = text.str.extract_groups(_TIME).struct

    def number(group: int) -> pl.Expr:
        return parts[f"{group}"].cast(pl.Int64).fill_null(0)

    offset = pl.when(parts["6"] == "-").then(-1).otherwise(1) * (number(7) * 60 + number(8))
    moment = _parse_date(parts["1"]).cast(pl.Datetime("us")) + pl.duration(
        minutes=number(2) * 60 + number(3) - offset,
        seconds=number(4),
        microseconds=parts["5"].str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0),
    )
    return pl.when(moment.dt.year().is_between(1, 9999)).then(moment.dt.replace_time_zone("UTC"))


def _parse_flag(text: pl.Expr) -> pl.Expr:
    lower = text.str.to_lowercase()
    return pl.when(lower.is_in(["true", "false"])).then(lower == "true")


def _parse_whole_number(text: pl.Expr) -> pl.Expr:
    return text.cast(pl.Int64, strict=False)


def _parse_number(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _split(text: pl.Expr) -> pl.Expr:
    return text.str.split("|").list.unique(maintain_order=True)


def _stage_list(items: pl.Expr) -> pl.Expr:
    """PostgreSQL's text for an array; null is the empty one."""
    escaped = (
        pl.element().str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    )
    quoted = items.list.eval(pl.lit('"') + escaped + pl.lit('"'))
    return (pl.lit("{") + quoted.list.join(",") + pl.lit("}")).fill_null("{}")


def _once_for_each(parse: Callable[[pl.Expr], pl.Expr]) -> Callable[[pl.Expr], pl.Expr]:
    """Of texts that mostly are the same few, each is parsed once."""

    def parse_distinct(texts: pl.Series) -> pl.Series:
        distinct = texts.unique().alias("text").to_frame().with_columns(value=parse(pl.col("text")))
        rows = texts.alias("text").to_frame()
        return rows.join(distinct, on="text", how="left", maintain_order="left", nulls_equal=True)["value"]

    return lambda text: text.map_batches(parse_distinct, return_dtype=pl.String)


NO_NUL = Rule(lambda text: ~text.str.contains("\0", literal=True), "holds a NUL character")
NO_NUL_INSIDE = Rule(lambda items: ~items.list.join("").str.contains("\0", literal=True), NO_NUL.message)
NOT_BLANK = Rule(lambda text: text.str.strip_chars() != "", "is blank")
NOT_NEGATIVE = Rule(lambda number: number >= 0, "is below 0")
FITS = Rule(lambda number: number.is_between(-(2**31), 2**31 - 1), "is too large")


def _at_most(longest: int) -> Rule:
    return Rule(lambda value: value.str.len_chars() <= longest, f"is longer than {longest} characters")


def text(longest: int, *rules: Rule, trimmed: bool = False) -> Kind:
    """Text of at most so many characters."""
    parse = (lambda value: value.str.strip_chars()) if trimmed else _as_is
    return Kind(parse, "is no text", (NO_NUL, _at_most(longest), *rules))


def one_of(values: type[StrEnum]) -> Kind:
    """One of a closed set."""
    return Kind(
        lambda text: pl.when(text.is_in(list(values))).then(text), f"is not one of {', '.join(values)}"
    )


def some_of(values: type[StrEnum]) -> Kind:
    """A list of some of a closed set, each once. Its value is PostgreSQL's text for it already."""

    def parse(text: pl.Expr) -> pl.Expr:
        items = _split(text)
        known = items.list.eval(pl.element().is_in(list(values))).list.all()
        return pl.when(known).then(pl.lit("{") + items.list.join(",") + pl.lit("}"))

    return Kind(
        _once_for_each(parse),
        f"is not a list of {', '.join(values)}",
        stage=lambda items: items.fill_null("{}"),
    )


def _parse_words(text: pl.Expr) -> pl.Expr:
    items = text.str.split("|")
    return pl.when(~items.list.contains("")).then(items)


# Keys and what is sorted by are short, because PostgreSQL's indexes take 2,704 bytes a row.
KEY = text(200, NOT_BLANK)
NAME = text(LONGEST_NAME, NOT_BLANK)
TEXT = text(10_000)
TAG = text(LONGEST_TAG, NOT_BLANK, trimmed=True)
EMAIL = Kind(
    _matching(f"^{EMAIL_PATTERN}$"),
    "is not an email address",
    (NO_NUL, _at_most(LONGEST_EMAIL)),
)
DATE = Kind(_parse_date, "is not a date (YYYY-MM-DD)")
TIME = Kind(_parse_time, "is not a time (ISO 8601)")
FLAG = Kind(_parse_flag, "is neither true nor false")
COUNT = Kind(_parse_whole_number, "is not a whole number", (NOT_NEGATIVE, FITS))
MEASURE = Kind(_parse_number, "is not a number", (NOT_NEGATIVE,))
# Compared as text, so that 12.5 is replaced by 12.50.
AMOUNT = Kind(
    _matching(r"^-?[0-9]{1,30}(\.[0-9]{1,15})?$"), "is not a decimal number", compared_as="({})::text"
)
COUNTRY = Kind(_matching("^[A-Z]{2}$"), "is not a country code (ISO 3166-1 alpha-2)")
CURRENCY = Kind(_matching("^[A-Z]{3}$"), "is not a currency code (ISO 4217)")
WORDS = Kind(_parse_words, "has an empty item", (NO_NUL_INSIDE,), stage=_stage_list)
