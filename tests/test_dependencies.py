"""The audit of the locks: what a report says is told, and without one it is skipped, soon and aloud."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parent.parent / ".ci" / "audit.py"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def audit() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def test_it_is_skipped_where_no_database_can_be_reached() -> None:
    ways = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), NOWHERE)
    env = os.environ | ways | {"NO_PROXY": "", "no_proxy": "", "npm_config_noproxy": ""}
    done = subprocess.run([sys.executable, SCRIPT], env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("requirements.lock: audit skipped, ")
    assert all("package-lock.json: audit skipped, " in line for line in lines[1:])


def test_a_vulnerable_python_package_is_named(audit: dict[str, Any]) -> None:
    found = {
        "dependencies": [
            {"name": "good", "version": "1.0", "vulns": []},
            {"name": "left-out", "skip_reason": "not a release"},
            {
                "name": "bad",
                "version": "2.0",
                "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["2.1"], "aliases": ["CVE-2026-1"]}],
            },
        ],
        "fixes": [],
    }
    assert audit["of_python"](found) == ["bad 2.0: PYSEC-2026-1, mended by 2.1"]
    audit["ACCEPTED"]["CVE-2026-1"] = "we do not use that part"
    assert audit["of_python"](found) == []


def test_a_gravely_vulnerable_npm_package_is_named(audit: dict[str, Any]) -> None:
    found = {
        "auditReportVersion": 2,
        "vulnerabilities": {
            "bad": {"severity": "critical", "range": "<2"},
            "so-so": {"severity": "moderate", "range": "*"},
        },
    }
    assert audit["of_npm"](found) == ["bad <2: critical"]
    with pytest.raises(audit["Unreachable"], match="HTTP 405"):
        audit["of_npm"]({"statusCode": 405, "message": "Method Not Allowed"})


def test_the_lock_is_read_with_its_hashes_and_nothing_is_installed(audit: dict[str, Any]) -> None:
    command = audit["PIP_AUDIT"]
    assert {"--require-hashes", "--disable-pip", "requirements.lock"} <= {*command}
    assert Path(command[0]).exists()
