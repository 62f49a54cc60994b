"""What the pages say is so: links lead somewhere, settings exist, queries are valid and programs run."""

import asyncio
import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from graphql import build_schema, parse, validate

from resolvers.viewer import PERMISSIONS, Permission
from server.settings import Settings
from tests import office
from tests.conftest import LiveServer
from tests.scrape import counted
from tests.server import command, environment, serving

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
SCHEMA = build_schema((ROOT / "schema.graphql").read_text())
OF_OTHERS = {
    "PARTNERHUB_TEST_DATABASE_URL",
    "PARTNERHUB_TEST_DAY",
    "PARTNERHUB_BENCH_DATABASE_URL",
    "PARTNERHUB_TWO_WAYS",
    "PARTNERHUB_TWO_WAYS_SEED",
}

each_page = pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


@each_page
def test_settings_exist(page: Path) -> None:
    named = set(re.findall(r"PARTNERHUB_[A-Z0-9_]+[A-Z0-9]\b", page.read_text())) - OF_OTHERS
    assert named <= {f"PARTNERHUB_{name.upper()}" for name in Settings.model_fields}


@each_page
def test_operations_are_valid(page: Path) -> None:
    for text in blocks(page, "graphql"):
        assert validate(SCHEMA, parse(text)) == [], text


@each_page
def test_commands_exist(page: Path) -> None:
    commands = {
        "demo",
        "serve",
        "migrate",
        "import",
        "token",
        "schema",
        "version",
        "rebuild",
        "prune",
        "keys",
    }
    for text in blocks(page, "sh"):
        assert set(re.findall(r"(?:^|bin/|\()partnerhub (\w+)", text, re.MULTILINE)) <= commands


def test_the_table_of_roles_names_their_permissions() -> None:
    table = (ROOT / "docs" / "security.md").read_text()
    for role, permissions in PERMISSIONS.items():
        row = re.search(rf"^\| `{role}` .* \| ([^|]+) \|$", table, re.MULTILINE)
        assert row
        named = {"all": set(Permission), "none": set()}.get(row[1], set(re.findall(r"`(\w+)`", row[1])))
        assert named == permissions, role


def exported(folder: Path, server: LiveServer, **other: str) -> list[dict[str, str]]:
    """The rows of the CSV file that the page's program writes, where some of it is changed."""
    program, _live = blocks(ROOT / "docs" / "query.md", "python")
    for before, after in {"http://127.0.0.1:8000": server.url, **other}.items():
        assert before in program
        program = program.replace(before, after)
    env = os.environ | {"TOKEN": server.token}
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    with (folder / "expiring.csv").open(newline="") as file:
        return [*csv.DictReader(file)]


def test_the_queries_program_runs(live_server: LiveServer, tmp_path: Path) -> None:
    rows = exported(tmp_path, live_server)
    dates = [row["nextExpirationOn"] for row in rows]
    assert all(dates) and dates == sorted(dates) != []


def test_the_queries_program_waits_as_it_is_told(fresh_database_url: str, tmp_path: Path) -> None:
    asyncio.run(office.fill(fresh_database_url))
    settings = {"MAXIMUM_COST": "20", "ADMIN_COST_CAPACITY": "20", "ADMIN_COST_PER_SECOND": "20"}
    env = environment(
        fresh_database_url, tmp_path, **{f"PARTNERHUB_{name}": value for name, value in settings.items()}
    )
    with serving("serve", env=env, cwd=tmp_path) as address:
        token = command("token", office.FULL, env=env, cwd=tmp_path).stdout.strip()
        pages = {"first: 100": "first: 5", "filter: { statuses: [EXPIRING_SOON] }, ": ""}
        rows = exported(tmp_path, LiveServer(address, token), **pages)
        assert [row["customerId"] for row in rows] == [f"c{n:03}" for n in range(office.CUSTOMERS)]
        metrics = httpx.get(f"{address}/metrics").text
        assert counted(metrics, "partnerhub_operations_total", outcome="rate_limited") > 0
