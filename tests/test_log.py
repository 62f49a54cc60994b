"""The log: a line an operation, faults whole and by the client's id, and never what the client wrote."""

import io
import json
import logging
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect as connect_socket

from server import soon
from server.database import connect
from server.logs import JsonLines, Lines, WithoutQueryStrings, log_config
from tests import office
from tests.server import PARTNERHUB, Api, command, environment, served

pytest_plugins = ["tests.office_fixture"]

COUNT = "query HowMany { customers { totalCount } }"
SECRETS = {
    "string": "literal-s3cret",
    "block": "block-s3cret",
    "escaped": 'escäped "s3cret"',
    "number": "99174423",
    "variable": "variable-s3cret",
    "listed": "listed-s3cret",
}


class Log:
    """What is logged, as JSON lines."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        soon.now()
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def operations(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == "partnerhub.operations"]


@pytest.fixture
def log() -> Iterator[Log]:
    """All that the service logs, debug lines too."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    handler.addFilter(WithoutQueryStrings())
    root, ours = logging.getLogger(), logging.getLogger("partnerhub")
    before = ours.level
    ours.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield Log(stream)
    root.removeHandler(handler)
    ours.setLevel(before)


async def test_one_line_tells_of_an_operation(api: Api, database: str, log: Log) -> None:
    answer = await api.ask(office.FULL, COUNT, x_request_id="the-clients.own_1")
    (line,) = log.operations
    connection = await connect(database)
    partner, admin = await connection.fetchrow(
        "SELECT partner_id, id FROM partner_admins WHERE email = $1", office.FULL
    )
    await connection.close()
    taken = float(re.findall(r"total;dur=([\d.]+)", answer.headers["server-timing"])[0])
    assert line.pop("ms") >= taken
    assert line.pop("sql_ms") > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line.pop("way") in ("compiled", "graphql-core")
    assert line.pop("cost", 1) > 0
    assert line == {
        "level": "info",
        "logger": "partnerhub.operations",
        "message": "operation",
        "request": "the-clients.own_1",
        "partner": partner,
        "admin": admin,
        "operation": "HowMany",
        "document": sha256(COUNT.encode()).hexdigest(),
        "type": "query",
        "statements": answer.statements,
        "outcome": "ok",
    }


async def test_what_was_refused_is_told_as_well(api: Api, log: Log) -> None:
    await api.client.post("/graphql", json={"query": COUNT})
    await api.client.post("/graphql", json=5, headers={"Authorization": f"Bearer {api.token(office.FULL)}"})
    await api.ask(office.FULL, "{ noSuchField }")
    await api.ask(office.FULL, "{")
    told = [(line["outcome"], line["way"], line.get("type"), "admin" in line) for line in log.operations]
    assert told == [
        ("unauthenticated", "none", None, False),
        ("bad_user_input", "none", None, True),
        ("bad_user_input", "none", "query", True),
        ("bad_user_input", "none", None, True),
    ]


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [("abc-1.2_3", True), ("x" * 64, True), ("x" * 65, False), ("a b", False), ('"', False), ("", False)],
)
async def test_a_request_has_an_id(api: Api, log: Log, given: str, is_taken: bool) -> None:
    answer = await api.ask(office.FULL, COUNT, x_request_id=given)
    answered = answer.headers["x-request-id"]
    assert (answered == given) is is_taken
    assert is_taken or re.fullmatch("[0-9a-f]{16}", answered)
    assert {line["request"] for line in log.lines if "request" in line} == {answered}


async def test_emails_are_told_only_where_that_is_set(database: str, data_dir: Path, log: Log) -> None:
    for wanted in (False, True):
        async with served(database, data_dir, office.PARTNER, log_emails=wanted) as api:
            await api.ask(office.FULL, COUNT)
    assert [line.get("email") for line in log.operations] == [None, office.FULL]


async def test_a_faults_traceback_is_under_the_clients_id(api: Api, database: str, log: Log) -> None:
    await office.run_sql(database, "ALTER TABLE tags RENAME TO hidden")
    answer = await api.ask(office.FULL, "query Tags { tags { nodes { name } } }")
    incident = answer.errors[0]["extensions"]["id"]
    (fault,) = [line for line in log.lines if line["level"] == "error"]
    assert fault["error_id"] == incident
    assert fault["request"] == answer.headers["x-request-id"]
    assert "Traceback (most recent call last)" in fault["traceback"]
    assert 'UndefinedTableError: relation "tags" does not exist' in fault["traceback"]
    (line,) = log.operations
    assert (line["outcome"], line["error_ids"]) == ("internal_server_error", [incident])
    body = json.dumps(answer.body)
    assert "Traceback" not in body and "relation" not in body and "File" not in body


def secretive(api: Api) -> list[dict[str, Any]]:
    """Requests that hold secrets wherever a client can put some, and are answered, refused or fail."""
    variables = {"name": SECRETS["variable"], "names": [SECRETS["listed"]]}
    literal = json.dumps(SECRETS["escaped"])
    queries = [
        f'{{ customers(filter: {{search: "{SECRETS["string"]}"}}) {{ totalCount }} }}',
        f'{{ customers(filter: {{search: """{SECRETS["block"]}"""}}) {{ totalCount }} }}',
        f"{{ customers(filter: {{search: {literal}}}) {{ totalCount }} }}",
        f"{{ customers(first: {SECRETS['number']}) {{ totalCount }} }}",
        "query Q($name: String) { customers(filter: {search: $name}) { totalCount } }",
        "query Q($names: [String!]) { customers(filter: {tags: $names}) { totalCount } }",
        "query Q($name: Int) { customers(first: $name) { totalCount } }",
        f'{{ noSuchField(of: "{SECRETS["string"]}") }}',
        f'{{ broken "{SECRETS["string"]}"',
        f'{{ tags(search: "{SECRETS["string"]}") {{ totalCount }} }}',
        "query Q($name: String) { tags(search: $name) { totalCount } }",
    ]
    return [{"query": query, "variables": variables} for query in queries]


async def test_nothing_that_a_client_wrote_is_logged(api: Api, log: Log) -> None:
    token = api.token(office.FULL)
    headers = {
        "Authorization": f"Bearer {token}",
        "Cookie": "session=cookie-s3cret",
        "X-Api-Key": "header-s3cret",
    }
    statuses = set()
    for body in secretive(api):
        response = await api.client.post("/graphql", json=body, headers=headers)
        statuses.add(response.status_code)
        await api.client.get(
            "/graphql", params={"query": body["query"], "token": "address-s3cret"}, headers=headers
        )
    await api.client.post("/graphql", json={"query": COUNT}, headers={"Authorization": "Bearer bad-s3cret"})
    await api.client.post("/graphql", json={"query": COUNT, "operationName": "name-s3cret"}, headers=headers)
    assert len(log.operations) >= 2 * len(secretive(api))
    found = [word for word in ("s3cret", SECRETS["number"], token, token.split(".")[2]) if word in log.text]
    assert found == []


async def test_an_errors_own_words_are_kept_but_not_the_clients(api: Api, database: str, log: Log) -> None:
    await office.run_sql(
        database,
        "CREATE FUNCTION quoting() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'cannot keep %', NEW.name USING DETAIL = 'Key is ' || NEW.name; END $$;"
        " CREATE TRIGGER quoting BEFORE INSERT ON tags FOR EACH ROW EXECUTE FUNCTION quoting()",
    )
    ways: list[tuple[str, dict[str, Any] | None]] = [
        ('mutation { createTag(input: {name: "quoted-s3cret"}) { userErrors { code } } }', None),
        (
            "mutation M($input: CreateTagInput!) { createTag(input: $input) { userErrors { code } } }",
            {"input": {"name": "quoted-s3cret"}},
        ),
    ]
    for query, variables in ways:
        answer = await api.ask(office.FULL, query, variables)
        assert answer.codes == ["INTERNAL_SERVER_ERROR"], answer.body
    faults = [line for line in log.lines if line["level"] == "error"]
    assert len(faults) == 2
    for fault in faults:
        assert "RaiseError: cannot keep …" in fault["traceback"]
        assert "DETAIL:  Key is …" in fault["traceback"]
    assert "s3cret" not in log.text


def test_a_served_process_logs_neither_tokens_nor_addresses_at_any_level(
    tmp_path: Path, live_database: str
) -> None:
    env = environment(live_database, tmp_path, PARTNERHUB_LOG_LEVEL="debug")
    token = command("token", office.FULL, "--partner", office.PARTNER, env=env, cwd=tmp_path).stdout.strip()
    with (tmp_path / "log").open("w") as file:
        process = subprocess.Popen([PARTNERHUB, "serve", "--port", "0"], env=env, cwd=tmp_path, stderr=file)
    try:
        address = _address(tmp_path / "log", process)
        headers = {"Authorization": f"Bearer {token}"}
        query = {"query": '{ tags(search: "literal-s3cret") { totalCount } }', "token": "address-s3cret"}
        assert httpx.get(f"{address}/graphql", params=query, headers=headers).status_code == 200
        with connect_socket(
            f"{address.replace('http', 'ws')}/graphql?token=address-s3cret",
            subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
        ) as socket:
            for message in (
                {"type": "connection_init", "payload": headers},
                {"type": "subscribe", "id": "1", "payload": {"query": query["query"]}},
            ):
                socket.send(json.dumps(message))
            answers = [json.loads(socket.recv(timeout=60))["type"] for _ in range(3)]
            assert answers == ["connection_ack", "next", "complete"]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    text = (tmp_path / "log").read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert [line["outcome"] for line in lines if line["message"] == "operation"] == ["ok", "ok"]
    assert {(line["method"], line["path"]) for line in lines if line["message"] == "request"} == {
        ("GET", "/graphql"),
        ("WebSocket", "/graphql"),
    }
    assert any('"WebSocket /graphql" [accepted]' in line["message"] for line in lines)
    assert "s3cret" not in text and token not in text and token.split(".")[2] not in text


@pytest.fixture
async def live_database(database: str) -> str:
    return database


def _address(file: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while "Application startup complete" not in file.read_text():
        assert process.poll() is None and time.monotonic() < deadline, file.read_text()
        time.sleep(0.05)
    found = re.search(r"http://[^/\s]+", file.read_text())
    assert found
    return found[0]


def test_text_is_for_people() -> None:
    line = logging.LogRecord("partnerhub.operations", logging.INFO, "", 0, "operation", (), None)
    line.created, line.msecs = 1769860800.25, 250.0
    line.fields = {"outcome": "ok", "operation": "", "error_ids": ["a", "b"]}
    assert Lines().format(line) == (
        "2026-01-31T12:00:00.250Z INFO partnerhub.operations: operation outcome=ok operation='' error_ids=a,b"
    )


def test_no_value_begins_a_line_of_its_own() -> None:
    line = logging.LogRecord("partnerhub.requests", logging.DEBUG, "", 0, "request", (), None)
    line.fields = {"path": "/\n2026-01-31T12:00:00.250Z\x1b[31m\u2028"}
    assert Lines().format(line).endswith(r"request path='/\n2026-01-31T12:00:00.250Z\x1b[31m\u2028'")


@pytest.mark.parametrize(("form", "formatter"), [("json", JsonLines), ("text", Lines), ("auto", JsonLines)])
def test_the_form_is_a_setting(form: str, formatter: type, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open("w") as nowhere:  # no terminal
        monkeypatch.setattr("sys.stderr", nowhere)
        assert log_config("info", form)["formatters"]["lines"]["()"] is formatter
