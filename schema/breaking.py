"""`python -m schema.breaking` names what the schema takes from clients since the last commit. It only tells."""

import subprocess
import sys

from graphql import build_schema as parse
from graphql import find_breaking_changes, find_dangerous_changes

from schema import build_schema


def main() -> None:
    kept = subprocess.run(
        ["git", "show", "HEAD:schema.graphql"], capture_output=True, text=True, check=False
    ).stdout
    if not kept:
        return  # no repository, or no schema in it yet
    before, now = parse(kept), parse(build_schema().as_str())
    for kind, changes in (
        ("breaking", find_breaking_changes(before, now)),
        ("dangerous", find_dangerous_changes(before, now)),
    ):
        for change in changes:
            sys.stdout.write(f"notice: {kind} change of the schema: {change.description}\n")


if __name__ == "__main__":
    main()
