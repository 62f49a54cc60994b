"""Making enums of other packages GraphQL types."""

from enum import Enum

import strawberry


def describe(enum: type[Enum], description: str, values: dict[str, str]) -> None:
    """Make the enum a GraphQL type, every value of it described."""
    definition = strawberry.enum(enum, description=description).__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]
