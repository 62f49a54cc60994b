"""Metrics: what is counted is so, each is documented, and no client chooses a label."""

import asyncio
import os
import re
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
from prometheus_client import REGISTRY

from server.database import connect
from tests import office
from tests.scrape import counted, samples
from tests.server import Api, command, environment, served, serving_process

pytest_plugins = ["tests.office_fixture"]

ROOT = Path(__file__).parent.parent
COUNT = "{ customers { totalCount } }"
KNOWN = {
    "outcome": r"[a-z_]+",
    "type": "query|mutation|subscription|none",
    "way": "compiled|graphql-core|none",
    "state": "idle|in_use",
    "found": "hit|miss",
    "why": "not_compiled|surprise",
    "by": "memory|signature",
    "partner": "oldest|newest",
    "le": r"[\d.]+|\+Inf",
    "version": r"\d+\.\d+\.\d+\w*",
    "python": r"3\.\d+\.\d+\S*",
}


async def until_idle(api: Api) -> None:
    """What the service looks up as it starts is there, and uses no connection any more."""
    async with asyncio.timeout(30):
        while counted(await scrape(api), "partnerhub_database_connections", state="in_use"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def scrape(api: Api) -> str:
    return (await api.client.get("/metrics")).text


def test_every_metric_is_documented_and_no_other() -> None:
    page = (ROOT / "docs" / "operate.md").read_text()
    table = page[page.index("| metric |") : page.index("## Alerts")]
    documented = set(re.findall(r"`(partnerhub_\w+)", table))
    registered = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in REGISTRY.collect()
        if family.name.startswith("partnerhub_")
    }
    assert documented == registered


def test_the_alerts_ask_for_what_there_is() -> None:
    page = (ROOT / "docs" / "operate.md").read_text()
    asked = set(re.findall(r"partnerhub_\w+", page[page.index("## Alerts") : page.index("## The log")]))
    there_is = {sample.name for family in REGISTRY.collect() for sample in family.samples} | {
        family.name + ending
        for family in REGISTRY.collect()
        for ending in ("", "_total", "_bucket", "_count", "_sum")
        if family.type in ("counter", "histogram", "gauge")
    }
    assert asked and asked <= there_is


async def test_labels_are_of_known_values_whatever_clients_send(api: Api) -> None:
    for query in (
        COUNT,
        "query Sneaky_partnerhub { customers { sneaky: totalCount } }",
        "{ sneaky }",
        "{",
        "subscription { sneaky }",
        'mutation { createTag(input: {name: ""}) { userErrors { code } } }',
    ):
        await api.ask(office.FULL, query, x_request_id="sneaky")
    await api.client.post("/graphql", json={"query": COUNT}, headers={"Authorization": "Bearer sneaky"})
    await api.client.request("SNEAKY", "/graphql")
    text = await scrape(api)
    assert "neaky" not in text
    for sample in samples(text):
        if sample.name.startswith("partnerhub_"):
            for label, value in sample.labels.items():
                assert re.fullmatch(KNOWN[label], value), sample


async def test_operations_statements_and_documents_are_counted(api: Api) -> None:
    await api.ask(office.FULL, COUNT)  # so that the document is known
    await until_idle(api)
    before = await scrape(api)
    answers = [await api.ask(office.FULL, COUNT) for _ in range(3)]
    await api.ask(office.FULL, "{ customers { totalCount } } # not seen before")
    after = await scrape(api)

    def grown(name: str, **labels: str) -> float:
        return counted(after, name, **labels) - counted(before, name, **labels)

    assert grown("partnerhub_operations_total", outcome="ok", type="query") == 4
    assert grown("partnerhub_operation_seconds_count") == 4
    assert grown("partnerhub_sql_statements_total") == 4 * answers[0].statements
    assert grown("partnerhub_sql_seconds_total") > 0
    assert grown("partnerhub_documents_total", found="hit") == 3
    assert grown("partnerhub_documents_total", found="miss") == 1
    assert grown("partnerhub_documents_known") == 1
    assert grown("partnerhub_tokens_total", by="memory") == 4
    assert counted(after, "partnerhub_operations_in_flight") == 0
    assert counted(after, "partnerhub_database_connections", state="in_use") == 0
    assert counted(after, "partnerhub_database_connections") >= 1
    assert counted(after, "partnerhub_database_connections_maximum") == api.settings.database_connections


async def test_connections_that_are_held_are_counted(api: Api) -> None:
    await until_idle(api)
    service = api.client._transport.app.state.service  # type: ignore[attr-defined]
    async with service.client._pool.acquire():
        text = await scrape(api)
    assert counted(text, "partnerhub_database_connections", state="in_use") == 1


async def test_the_age_of_imports_is_told(database: str, data_dir: Path) -> None:
    connection = await connect(database)
    await connection.execute(
        "INSERT INTO partners (name, usage_processed_at) VALUES"
        " ('Old', '2026-01-01T00:00:00Z'), ('New', '2026-02-01T00:00:00Z'), ('None', NULL)"
    )
    await connection.close()
    async with served(database, data_dir, office.PARTNER) as api:
        deadline = time.monotonic() + 30
        while counted(await scrape(api), "partnerhub_usage_imported_timestamp_seconds", partner="oldest") != (
            datetime(2026, 1, 1, tzinfo=UTC).timestamp()
        ):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        newest = counted(await scrape(api), "partnerhub_usage_imported_timestamp_seconds", partner="newest")
        assert newest == datetime(2026, 2, 1, tzinfo=UTC).timestamp()


def test_a_worker_that_was_killed_is_not_counted_any_more(database: str, tmp_path: Path) -> None:
    env = environment(database, tmp_path)
    token = command("token", office.FULL, "--partner", office.PARTNER, env=env, cwd=tmp_path).stdout.strip()
    headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
    with serving_process("serve", "--workers", "2", env=env, cwd=tmp_path) as (address, process):

        def until(processes: int) -> str:
            deadline = time.monotonic() + 90
            while True:
                text = httpx.get(f"{address}/metrics", headers={"Connection": "close"}, timeout=30).text
                if counted(text, "partnerhub_processes") == processes:
                    return text
                assert time.monotonic() < deadline, text
                time.sleep(0.1)

        until(2)
        for _ in range(10):
            assert httpx.post(f"{address}/graphql", json={"query": COUNT}, headers=headers).status_code == 200
        workers = _children(process.pid)
        os.kill(workers[0], signal.SIGKILL)
        until(1)
        text = until(2)
        assert counted(text, "partnerhub_operations_total", outcome="ok") == 10
        assert counted(text, "partnerhub_build_info") == 1


def _children(pid: int) -> list[int]:
    """The workers, as told by their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid and b"spawn_main" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found
