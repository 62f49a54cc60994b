"""Tortoise's configuration for a database."""

from typing import Any

from tortoise.backends.base.config_generator import expand_db_url

CONNECTION = "default"
MIGRATED_APPS: dict[str, dict[str, Any]] = {
    "models": {"models": ["models"], "migrations": "models.migrations", "default_connection": CONNECTION}
}


def tortoise_config(database_url: str, **pool: Any) -> dict[str, Any]:
    """The configuration for a `postgres://` URL; a socket folder is named by `?host=`."""
    connection = expand_db_url(database_url)
    connection["credentials"] |= pool
    return {
        "connections": {CONNECTION: connection},
        "apps": MIGRATED_APPS,
        "use_tz": True,
        "timezone": "UTC",
    }
