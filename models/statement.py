"""SQL with named parameters: `:name` in the text, a value for each name beside it."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

_NAME = re.compile(r"(?<!:):([a-z][a-z0-9_]*)")


class Connection(Protocol):
    """What the models' statements need of asyncpg's connection."""

    async def execute(self, query: str, *args: Any) -> str: ...

    async def fetch(self, query: str, *args: Any) -> list[Any]: ...


@lru_cache(maxsize=2048)
def compile_sql(sql: str) -> tuple[str, tuple[str, ...]]:
    """The text with `$1`, `$2` … and the names in that order. The same text gives the same prepared statement."""
    names: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f"${names.setdefault(match[1], len(names) + 1)}"

    return _NAME.sub(number, sql), tuple(names)


def bind(sql: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """What asyncpg takes: the numbered text and its arguments."""
    text, names = compile_sql(sql)
    return text, [values[name] for name in names]
