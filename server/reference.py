"""`python -m server.reference` prints docs/settings.md, which a test compares with the settings."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from kpis.policy import LARGEST, Policy
from server.settings import Settings

_HEAD = """# Settings

<!-- Written by `make fix` from server/settings.py and kpis/policy.py: change it there. -->

A setting comes from the environment, from a `.env` file in the working folder, or from a flag of the command,
the last one winning: `.env` wins over the environment, a flag over both. An empty value counts as not given.
A list is written as JSON: `PARTNERHUB_SIZE_BANDS=[1,50,250,1000]`.
"""


def page() -> str:
    serving = {
        name: field for name, field in Settings.model_fields.items() if name not in Policy.model_fields
    }
    return (
        f"{_HEAD}\n## The service\n\n{_table(serving)}"
        "\n## Thresholds\n\nNumbers depend on these; the API reports them as `viewer { partner { policy { … } } }`.\n\n"
        f"{_table(dict(Policy.model_fields))}"
    )


def _table(fields: dict[str, FieldInfo]) -> str:
    rows = ["| setting | default | limits | meaning |", "|---|---|---|---|"]
    rows += [
        f"| `PARTNERHUB_{name.upper()}` | {_default(field)} | {_limits(field)} | {field.description} |"
        for name, field in fields.items()
    ]
    return "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    match field.default:
        case None:
            return ""
        case str() | Path():
            return f"`{field.default}`"
        case value:
            return f"`{json.dumps(value, separators=(',', ':'))}`"


def _limits(field: FieldInfo) -> str:
    """What a number has to lie between."""
    found: dict[str, Any] = {}
    for limit in field.metadata:
        if isinstance(limit, Ge | Gt | Le):
            found |= asdict(limit)
    if not found:
        return ""
    to = f" to {found['le']}" if found["le"] < LARGEST else ""
    return f"above {found['gt']}{to}" if "gt" in found else f"from {found['ge']}{to}"


if __name__ == "__main__":
    sys.stdout.write(page())
