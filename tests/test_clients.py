"""The programs of examples/clients, run against the service as their readers run them.

`make clients` installs what they need.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.conftest import LiveServer

CLIENTS = Path(__file__).parent.parent / "examples" / "clients"
JAVASCRIPT = CLIENTS / "javascript"
ARIADNE = CLIENTS / "ariadne-codegen"


def run(live_server: LiveServer, folder: Path, *command: str | Path) -> list[str]:
    """What a command says, line by line."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=os.environ | {"URL": f"{live_server.url}/graphql", "TOKEN": live_server.token, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def check(live_server: LiveServer, lines: list[str]) -> None:
    """Five lines that every client comes to, compared with what the service says itself."""
    total = httpx.post(
        f"{live_server.url}/graphql",
        json={"query": "{ customers { totalCount } }"},
        headers={"Authorization": f"Bearer {live_server.token}"},
        timeout=60,
    ).json()["data"]["customers"]["totalCount"]
    signed_in, walked, made, refused, failed = lines[-5:]
    assert signed_in == "signed in as full.admin@demo.example of Demo Partner"
    assert walked == f"walked {total} of {total} customers in {-(-total // 25)} pages"
    assert total > 25, "there is no second page to walk to"
    assert made == "made once: true"
    assert refused == "refused: TAKEN"
    assert failed == "failed: BAD_USER_INPUT"


@pytest.fixture(scope="module")
def npm() -> str:
    npm = shutil.which("npm")
    if not npm or not (JAVASCRIPT / "node_modules").is_dir():
        pytest.skip("needs Node 20 and `make clients`")
    return npm


@pytest.mark.parametrize("client", ["apollo", "urql", "relay", "codegen"])
def test_a_client_in_javascript(live_server: LiveServer, npm: str, client: str) -> None:
    check(live_server, run(live_server, JAVASCRIPT, npm, "run", "--silent", client))


def test_gql(live_server: LiveServer) -> None:
    check(live_server, run(live_server, CLIENTS / "gql", sys.executable, "walk.py"))


def test_ariadne_codegen(live_server: LiveServer) -> None:
    programs = ARIADNE / ".venv" / "bin"
    if not programs.is_dir():
        pytest.skip("needs `make clients`")
    run(live_server, ARIADNE, programs / "ariadne-codegen")
    check(live_server, run(live_server, ARIADNE, programs / "python", "walk.py"))


def test_the_locks_name_no_registry() -> None:
    """They are installed from wherever the one who installs gets packages."""
    assert '"resolved"' not in (JAVASCRIPT / "package-lock.json").read_text()
    assert "://" not in (ARIADNE / "requirements.lock").read_text()
