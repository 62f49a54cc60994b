"""Column types that Tortoise does not bring."""

from decimal import Decimal
from enum import StrEnum

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.migrations.constraints import CheckConstraint


class CTextField(fields.Field[str], str):  # type: ignore[misc]
    """Text that compares by code point, so that an order is the same on every server and its upgrades."""

    SQL_TYPE = 'TEXT COLLATE "C"'


class AmountField(fields.Field[Decimal], Decimal):  # type: ignore[misc]
    """A decimal number of any scale, given back as it was written (12.50 stays 12.50)."""

    SQL_TYPE = "NUMERIC"


def text_array() -> ArrayField:
    """A list of words."""
    return ArrayField(element_type="text")


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """A check that `column` holds one of the values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(check=f'"{column}" IN ({listed})', name=f"{column}_known")
