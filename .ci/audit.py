"""Known vulnerabilities of what the locks name; where no database of them can be reached, a line says so.

`.venv/bin/python .ci/audit.py` ends with 1 when there are any, and with 0 otherwise.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PIP_AUDIT = [
    *(str(Path(sys.executable).parent / "pip-audit"), "--require-hashes", "--disable-pip"),
    *("-r", "requirements.lock", "--vulnerability-service", "osv", "--timeout", "5"),
    *("--progress-spinner", "off", "--format", "json"),
]
NPM_AUDIT = ["npm", "audit", "--json", "--package-lock-only", "--fetch-retries=0", "--fetch-timeout=5000"]
GRAVE = ("high", "critical")
SECONDS = 180
ACCEPTED: dict[str, str] = {}
"""Advisories that do not concern us, by ID, each with the reason."""


class Unreachable(Exception):
    """There is no report; the reason in one line."""


def report(command: list[str], folder: Path) -> Any:
    """The JSON that the tool prints, whatever it found. Raises Unreachable."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
    except FileNotFoundError:
        raise Unreachable(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise Unreachable(f"no answer in {SECONDS} seconds") from None
    try:
        return json.loads(done.stdout)
    except ValueError:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise Unreachable(lines[-1].partition(":")[0][:200]) from None


def of_python(found: Any) -> list[str]:
    """A line a vulnerability that pip-audit reports."""
    return [
        f"{package['name']} {package['version']}: {one['id']}, mended by"
        f" {', '.join(one['fix_versions']) or 'nothing yet'}"
        for package in found["dependencies"]
        for one in package.get("vulns", ())
        if not {one["id"], *one.get("aliases", ())} & ACCEPTED.keys()
    ]


def of_npm(found: Any) -> list[str]:
    """A line a package that npm reports as gravely vulnerable. Raises Unreachable for what is no report."""
    if "vulnerabilities" not in found:
        raise Unreachable(f"npm has no report: HTTP {found.get('statusCode', 'unreachable')}")
    return [
        f"{name} {one['range']}: {one['severity']}"
        for name, one in found["vulnerabilities"].items()
        if one["severity"] in GRAVE and name not in ACCEPTED
    ]


def main() -> int:
    locks = sorted(path for path in ROOT.glob("**/package-lock.json") if "node_modules" not in path.parts)
    asked = [("requirements.lock", PIP_AUDIT, ROOT, of_python)]
    asked += [(str(lock.relative_to(ROOT)), NPM_AUDIT, lock.parent, of_npm) for lock in locks]
    vulnerable = False
    for what, command, folder, read in asked:
        try:
            lines = read(report(command, folder))
        except Unreachable as reason:
            print(f"{what}: audit skipped, {reason}")
            continue
        vulnerable = vulnerable or bool(lines)
        print(f"{what}: {len(lines) or 'nothing'} known", *lines, sep="\n  ")
    return int(vulnerable)


if __name__ == "__main__":
    sys.exit(main())
