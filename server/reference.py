"""`python -m server.reference` prints docs/settings.md, which a test compares with the settings."""

import json
import sys
from pathlib import Path

from pydantic.fields import FieldInfo

from kpis.policy import Policy
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
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    rows += [f"| `PARTNERHUB_{n.upper()}` | {_default(f)} | {f.description} |" for n, f in fields.items()]
    return "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    match field.default:
        case None:
            return ""
        case str() | Path():
            return f"`{field.default}`"
        case value:
            return f"`{json.dumps(value, separators=(',', ':'))}`"


if __name__ == "__main__":
    sys.stdout.write(page())
