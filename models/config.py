"""Tortoise's configuration for a database."""

from typing import Any

from tortoise.backends.base.config_generator import expand_db_url

CONNECTION = "default"


def tortoise_config(database_url: str | dict[str, Any], **pool: Any) -> dict[str, Any]:
    """The configuration for a `postgres://` URL, or for asyncpg's connection arguments."""
    if isinstance(database_url, str):
        connection = expand_db_url(database_url)
    else:
        connection = {"engine": "tortoise.backends.asyncpg", "credentials": dict(database_url)}
    connection["credentials"] |= pool
    return {
        "connections": {CONNECTION: connection},
        "apps": {
            "models": {
                "models": ["models"],
                "migrations": "models.migrations",
                "default_connection": CONNECTION,
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }
