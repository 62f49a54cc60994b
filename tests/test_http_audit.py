"""What the working group for GraphQL over HTTP asks of a server, by its own suite of audits (npm's graphql-http)."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import LiveServer

JS = Path(__file__).parent / "js"


def test_every_audit_is_met(live_server: LiveServer) -> None:
    node = shutil.which("node")
    if not node or not (JS / "node_modules").is_dir():
        pytest.skip("needs Node 20 and `npm ci` in tests/js")
    done = subprocess.run(
        [node, "audit.mjs"],
        cwd=JS,
        env=os.environ | {"URL": f"{live_server.url}/graphql", "TOKEN": live_server.token},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    audits = [json.loads(line) for line in done.stdout.splitlines()]
    assert [audit for audit in audits if audit["status"] != "ok"] == []
    assert len(audits) == 61
