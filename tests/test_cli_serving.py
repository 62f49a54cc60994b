"""The commands that serve, as processes: `serve`, what it answers and logs and how it ends, and the demo."""

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from server.settings import load_settings
from tests import office
from tests.scrape import counted
from tests.server import PARTNERHUB, command, environment, serving


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serving")


@pytest.fixture(scope="module")
async def env(database_url: str, folder: Path) -> dict[str, str]:
    await office.fill(database_url)
    await office.fill(database_url, "Neighbour")
    return environment(database_url, folder)


@pytest.fixture(scope="module")
def token(env: dict[str, str], folder: Path) -> str:
    return command("token", office.FULL, "--partner", office.PARTNER, env=env, cwd=folder).stdout.strip()


def ask(address: str, token: str, query: str = "{ customers { totalCount } }") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(f"{address}/graphql", json={"query": query}, headers=headers, timeout=30)


def test_a_token_is_good_for_as_long_as_it_says(env: dict[str, str], folder: Path) -> None:
    args = ("token", office.FULL, "--partner", office.PARTNER, "--ttl")
    with serving("serve", env=env, cwd=folder) as address:
        long, short = (command(*args, ttl, env=env, cwd=folder).stdout.strip() for ttl in ("2h", "1s"))
        time.sleep(1.2)
        assert ask(address, long).status_code == 200
        assert ask(address, short).status_code == 401


def test_several_workers_answer_and_count_together(env: dict[str, str], folder: Path, token: str) -> None:
    with serving("serve", "--workers", "2", env=env, cwd=folder) as address:
        for _ in range(20):
            assert ask(address, token).json()["data"] == {"customers": {"totalCount": office.CUSTOMERS}}
        for _ in range(4):
            text = httpx.get(f"{address}/metrics").text
            assert counted(text, "partnerhub_operations_total", outcome="ok") == 20
        assert httpx.get(f"{address}/readyz").status_code == 200


def living(session: int) -> list[str]:
    """The processes of a session, without zombies, which have ended."""
    listed = ["ps", "-o", "stat=,args=", "--sid", str(session)]
    lines = subprocess.run(listed, capture_output=True, text=True, check=False).stdout.splitlines()
    return [line for line in lines if not line.startswith("Z")]


@pytest.mark.parametrize(("workers", "number"), [("1", signal.SIGTERM), ("2", signal.SIGINT)])
def test_a_signal_ends_it_soon_and_wholly(
    env: dict[str, str], folder: Path, workers: str, number: signal.Signals
) -> None:
    arguments = [str(PARTNERHUB), "serve", "--port", "0", "--workers", workers]
    process = subprocess.Popen(
        arguments, env=env, cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stderr
    started = 0
    for line in process.stderr:
        started += "Application startup complete" in line
        if started == int(workers):
            break
    began = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert time.monotonic() - began < 8
    assert "Traceback" not in said
    while left := living(process.pid):
        assert time.monotonic() - began < 8, left
        time.sleep(0.05)


def test_the_log_has_plain_lines_where_that_is_set(env: dict[str, str], folder: Path, token: str) -> None:
    arguments = [str(PARTNERHUB), "serve", "--port", "0"]
    env |= {"PARTNERHUB_LOG_FORMAT": "text"}
    process = subprocess.Popen(arguments, env=env, cwd=folder, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    lines = []
    for line in process.stderr:
        lines.append(line)
        if "Application startup complete" in line:
            break
    found = re.search(r"http://\S+(?=/graphql)", "".join(lines))
    assert found
    ask(found[0], token)
    process.send_signal(signal.SIGINT)
    lines += process.communicate(timeout=20)[1].splitlines(keepends=True)
    logged = [line for line in lines if not line.startswith("Serving at ")]
    assert logged
    for line in logged:
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING) [\w.]+: \S", line), line
    assert len([line for line in logged if "partnerhub.operations: operation" in line]) == 1


# ---- the demo, on the embedded database -----------------------------------------------------------


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("demo")


def demo_env(folder: Path) -> dict[str, str]:
    return environment(None, folder / "data")


def test_the_demo_fills_an_empty_folder(demo_folder: Path) -> None:
    done = command("demo", "--customers", "30", "--no-serve", env=demo_env(demo_folder), cwd=demo_folder)
    tokens = re.findall(r"^[\w-]+\.[\w-]+\.[\w-]+$", done.stdout, re.MULTILINE)
    assert len(tokens) == 4
    assert "30 customers" in done.stdout


def test_the_demo_keeps_its_data_and_shares_its_database(demo_folder: Path) -> None:
    env = demo_env(demo_folder)
    tags = demo_folder / "tags.csv"
    tags.write_text("name,description\nMine,\n")
    with serving("demo", "--customers", "99", env=env, cwd=demo_folder) as address:
        token = command("token", "full.admin@demo.example", env=env, cwd=demo_folder).stdout.strip()
        assert ask(address, token).json()["data"]["customers"]["totalCount"] == 30
        command("import", str(tags), env=env, cwd=demo_folder)  # beside the running demo
        query = '{ tags(search: "Mine") { totalCount } }'
        assert ask(address, token, query).json()["data"] == {"tags": {"totalCount": 1}}
    again = command("demo", "--no-serve", env=env, cwd=demo_folder)
    assert "30 customers" in again.stdout


def test_nothing_is_left_running_in_the_demos_folder(demo_folder: Path) -> None:
    data = str(load_settings(data_dir=demo_folder / "data").data_dir)
    for _ in range(100):
        processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        if data not in processes:
            return
        time.sleep(0.1)
    pytest.fail("a process of the embedded database is left")
